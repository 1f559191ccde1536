// What a journal comes to, piece after piece.
#include "scan/state.h"

#include <algorithm>

namespace lane {

namespace {

void setFields(Lease& lease, const Effect& effect) {
  for (uint8_t i = 0; i < effect.setCount; i++) {
    const Lease::Owned field = effect.setOrder[i];
    lease.set(field, effect.set[static_cast<size_t>(field)]);
  }
}

}  // namespace

void State::join(const Lines& lines) {
  for (const auto& run : lines.runs()) joinRun(*run);
  findings_.add(lines.findings(), lines_);
  ops_.add(lines.ops());
  highestSeq_ = std::max(highestSeq_, lines.highestSeq());
  entries_ += lines.entries();
  if (lines.count() > 0) endDamaged_ = lines.endDamaged();
  lines_ += lines.count();
}

void State::addSentinel(Place place) {
  findings_.corrupt.add({lines_, place.offset});
  if (kind_ == FoldKind::scan) ops_.add(ops_.numberOf(corruptOp));
  entries_++;
  lines_++;
  endDamaged_ = true;
}

void State::joinRun(const RunFold& run) {
  if (kind_ == FoldKind::scan) reportBacks(run);
  if (run.isFresh()) {
    live_.clear();
    generations_.clear();
  }
  amendAndRemove(run);
  hold(run);
  grant(run);
  counter_ = std::min(run.counter().after(counter_), safeIntegerMax);
}

/// What was set again after it was gone leaves its old place too.
void State::amendAndRemove(const RunFold& run) {
  for (const Effect& effect : run.effects()) {
    if (effect.lease == Effect::Lease::amended) {
      if (Lease* lease = live_.find(effect.identity, effect.hash)) setFields(*lease, effect);
    } else if (effect.lease == Effect::Lease::gone || effect.leaseWasGone) {
      live_.erase(effect.identity, effect.hash);
    }
    if (effect.token == Effect::Token::dropped || effect.tokenWasDropped) {
      generations_.erase(effect.identity, effect.hash);
    }
  }
}

void State::hold(const RunFold& run) {
  ordered_.clear();
  for (const Effect& effect : run.effects()) {
    if (effect.lease == Effect::Lease::held) ordered_.push_back(&effect);
  }
  std::sort(ordered_.begin(), ordered_.end(),
            [](const Effect* a, const Effect* b) { return a->leaseOrder < b->leaseOrder; });
  for (const Effect* effect : ordered_) {
    Lease& lease = live_.at(effect->identity, effect->hash);
    lease.assign(effect->object);
    setFields(lease, *effect);
  }
}

void State::grant(const RunFold& run) {
  ordered_.clear();
  for (const Effect& effect : run.effects()) {
    if (effect.token == Effect::Token::granted) ordered_.push_back(&effect);
  }
  std::sort(ordered_.begin(), ordered_.end(),
            [](const Effect* a, const Effect* b) { return a->tokenOrder < b->tokenOrder; });
  for (const Effect* effect : ordered_) {
    const int64_t generation = effect->generation.after(counter_);
    if (generation <= safeIntegerMax) {
      generations_.at(effect->identity, effect->hash) = generation;
    } else {
      generations_.erase(effect->identity, effect->hash);  // none is left that was never handed out (format 10)
    }
  }
}

/// To be done before the run is joined: a stamp moves back only on a lease that was live.
void State::reportBacks(const RunFold& run) {
  std::vector<Place> places = run.backs();
  for (const Effect& effect : run.effects()) {
    if (!isPresent(effect.firstStamp)) continue;
    const Lease* lease = live_.find(effect.identity, effect.hash);
    if (lease != nullptr && movesBack(lease->heartbeatAt(), effect.firstStamp))
      places.push_back(effect.firstStampPlace);
  }
  for (const MaybeBack& maybe : run.maybeBacks()) {
    const Effect& effect = run.effects()[maybe.effect];
    if (live_.find(effect.identity, effect.hash) != nullptr) places.push_back(maybe.place);
  }
  std::sort(places.begin(), places.end(), [](Place a, Place b) { return a.line < b.line; });
  for (const Place& place : places) findings_.heartbeatBack.add({place.line + lines_, place.offset});
}

}  // namespace lane
