// Joins the pieces of a journal to one state.
#include "scan/state.h"

#include <algorithm>
#include <bit>
#include <string_view>
#include <utility>

#include "base/hash.h"
#include "base/hash_index.h"

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
  reportFirst(FindingKind::seqBack, lines.order().seq(), totals_.order.seq);
  reportFirst(FindingKind::tsBack, lines.order().ts(), totals_.order.ts);
  totals_.findings.add(lines.findings(), totals_.lines);
  totals_.ops.add(lines.ops());
  totals_.highestSeq = std::max(totals_.highestSeq, lines.highestSeq());
  totals_.entries += lines.entries();
  if (lines.count() > 0) totals_.endDamaged = lines.endDamaged();
  totals_.lines += lines.count();
}

Aside State::joinAside(const Lines& lines) {
  Aside aside;
  aside.totals_ = totals_;
  for (const auto& run : lines.runs()) aside.isWhole_ |= run->isFresh();
  if (aside.isWhole_) {
    // A CHECKPOINT among the lines empties the maps, so keep the old ones whole.
    aside.live_ = std::exchange(live_, LiveLeases());
    aside.generations_ = std::exchange(generations_, IdentityMap<int64_t>());
  } else {
    for (const auto& run : lines.runs()) keepAside(*run, aside);
  }
  join(lines);
  return aside;
}

void State::keepAside(const RunFold& run, Aside& aside) const {
  for (const Effect& effect : run.effects()) {
    Aside::Change& change = aside.changes_.emplace_back();
    change.texts.assign(effect.identity.loopTs).append(effect.identity.lane);
    change.loopTsBytes = effect.identity.loopTs.size();
    change.hash = effect.hash;
    change.lease = live_.copyOf(effect.identity, effect.hash);
    change.token = generations_.copyOf(effect.identity, effect.hash);
  }
}

void State::exchange(Aside& aside) {
  std::swap(totals_, aside.totals_);
  if (aside.isWhole_) {
    std::swap(live_, aside.live_);
    std::swap(generations_, aside.generations_);
  }
  for (Aside::Change& change : aside.changes_) {
    live_.exchange(change.identity(), change.hash, change.lease);
    generations_.exchange(change.identity(), change.hash, change.token);
  }
}

void State::addSentinel(Place place) {
  totals_.findings.add(FindingKind::corrupt, {totals_.lines, place.offset});
  if (kind_ == FoldKind::scan) totals_.ops.add(totals_.ops.numberOf(corruptOp));
  totals_.entries++;
  totals_.lines++;
  totals_.endDamaged = true;
}

void State::joinRun(const RunFold& run) {
  if (kind_ == FoldKind::scan) report(run);
  if (run.isFresh()) {
    live_.clear();
    generations_.clear();
  }
  amendAndRemove(run);
  hold(run);
  grant(run);
  totals_.counter = std::min(run.counter().after(totals_.counter), safeIntegerMax);
}

/// Amends and removes leases. A lease that was removed and set again also loses its old place in the order.
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
    lease.assign(effect->object, {effect->heldPlace.line + totals_.lines, effect->heldPlace.offset});
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
    const int64_t generation = effect->generation.after(totals_.counter);
    if (generation <= safeIntegerMax) {
      generations_.at(effect->identity, effect->hash) = generation;
    } else {
      generations_.erase(effect->identity, effect->hash);  // no unused generation is left (docs/format.md 10)
    }
  }
}

/// Compares the first value of the joined lines with the last value before them.
void State::reportFirst(FindingKind kind, const Advance& row, int64_t& last) {
  if (row.follow(last)) totals_.findings.add(kind, {row.firstPlace().line + totals_.lines, row.firstPlace().offset});
}

/// Call it before the run is joined, because it needs the leases that were live before the run.
void State::report(const RunFold& run) {
  const RunReport& report = run.report();
  std::vector<Place> backs = report.backs;
  wasLive_.assign(run.effects().size(), 0);
  for (size_t i = 0; i < run.effects().size(); i++) {
    const Effect& effect = run.effects()[i];
    const Lease* lease = effect.asksBefore ? live_.find(effect.identity, effect.hash) : nullptr;
    if (lease == nullptr) continue;
    wasLive_[i] = 1;
    if (isPresent(effect.firstStamp) && movesBack(lease->heartbeatAt(), effect.firstStamp)) {
      backs.push_back(effect.firstStampPlace);
    }
  }
  reportMaybes(FindingKind::heartbeatBack, std::move(backs), report.backsIfLive, true);
  reportMaybes(FindingKind::strayEnd, report.strayEnds, report.strayEndsIfNot, false);
  reportMaybes(FindingKind::strayBeat, report.strayBeats, report.strayBeatsIfNot, false);
}

/// Adds `places`, and those of `maybes` whose identity was live before the run (`ifLive`) or was not. Lines are counted
/// from the first of the joined lines.
void State::reportMaybes(FindingKind kind, std::vector<Place> places, const std::vector<Maybe>& maybes, bool ifLive) {
  for (const Maybe& maybe : maybes) {
    if ((wasLive_[maybe.effect] != 0) == ifLive) places.push_back(maybe.place());
  }
  std::sort(places.begin(), places.end(), [](Place a, Place b) { return a.line < b.line; });
  for (const Place& place : places) totals_.findings.add(kind, {place.line + totals_.lines, place.offset});
}

Finding State::sharedLanes() const {
  const auto leases = live_.inOrder();
  HashIndex firstOfLane(std::bit_ceil(2 * leases.size() + 1));
  std::vector<bool> isShared(leases.size());
  for (size_t i = 0; i < leases.size(); i++) {
    const std::string_view lane = leases[i]->identity().lane;
    if (lane.empty()) continue;
    const auto isSame = [&](uint32_t other) { return leases[other]->identity().lane == lane; };
    const size_t slot = firstOfLane.locate(hashBytes(lane, hashSeed), isSame);
    if (firstOfLane.isEmpty(slot)) {
      firstOfLane.put(slot, static_cast<uint32_t>(i));
    } else {
      isShared[i] = isShared[firstOfLane.numberIn(slot)] = true;
    }
  }
  std::vector<Place> places;
  for (size_t i = 0; i < leases.size(); i++) {
    if (isShared[i]) places.push_back(leases[i]->value.place());
  }
  std::stable_sort(places.begin(), places.end(), [](Place a, Place b) { return a.line < b.line; });
  Finding finding;
  for (const Place& place : places) finding.add(place);
  return finding;
}

}  // namespace lane
