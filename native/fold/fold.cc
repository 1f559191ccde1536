// Folds a run of entries into effects.
#include "fold/fold.h"

#include "base/simd.h"

namespace lane {

namespace {

/// Makes the lease of an ACQUIRE that nests none from the entry's own fields.
Value leaseFromFields(const ObjectFields& entry, Arena& arena) {
  std::string object = "{";
  for (size_t i = 0; i < leaseFieldCount; i++) {
    const auto field = static_cast<Field>(i);
    if (!isPresent(entry[field])) continue;
    if (object.size() > 1) object += ',';
    object.append("\"").append(keyOf(field)).append("\":").append(entry[field]);
  }
  return arena.keep(object += '}');
}

bool isSame(const Identity& a, const Identity& b) {
  return a.loopTs.size() == b.loopTs.size() && a.lane.size() == b.lane.size() &&
         equalBytes(a.loopTs.data(), b.loopTs.data(), a.loopTs.size()) &&
         equalBytes(a.lane.data(), b.lane.data(), a.lane.size());
}

/// Like movesBack. Decides for nearly all stamps without a call, because they have the same length.
bool movesBackInPlace(Value now, Value next) {
  if (now.size() != next.size() || now.size() < wide::shortBytesMin || now.size() > wide::shortBytesMax) {
    return movesBack(now, next);
  }
  const uint32_t different = wide::differentIn(now, next);
  if (different == 0) return false;
  const auto index = static_cast<size_t>(lowestBit(different));
  const uint32_t before = (uint32_t{1} << index) - 1;
  // If both begin with a quote and are plain up to and including the first difference, the differing characters decide.
  const bool isPlain = (wide::specialIn(now) & before) == 1 && !isSpecial(now[index]) && !isSpecial(next[index]);
  return isPlain ? next[index] < now[index] : movesBack(now, next);
}

void setField(Effect& effect, Lease::Owned field, Value value) {
  Value& held = effect.set[static_cast<size_t>(field)];
  if (!isPresent(held)) effect.setOrder[effect.setCount++] = field;
  held = value;
}

}  // namespace

Value stampOf(const ObjectFields& entry) {
  for (const Field field : {Field::heartbeatAt, Field::ts}) {
    if (!isEmpty(entry[field])) return entry[field];
  }
  return {};
}

bool movesBack(Value now, Value next) {
  if (!isString(now) || !isString(next)) return false;
  std::string nowRoom;
  std::string nextRoom;
  return unescaped(contentOf(next), nextRoom) < unescaped(contentOf(now), nowRoom);
}

void RunReport::clear() {
  for (std::vector<Place>* places : {&backs, &strayEnds, &strayBeats}) places->clear();
  for (std::vector<Maybe>* maybes : {&backsIfLive, &strayEndsIfNot, &strayBeatsIfNot}) maybes->clear();
}

/// Clears only the used slots, so that the time does not depend on the capacity.
void RunFold::forget() {
  for (size_t number = effects_.size(); number-- > 0;) {
    index_.removeLast(effects_[number].hash, static_cast<uint32_t>(number));
  }
  effects_.clear();
  lastOrder_ = 0;
}

void RunFold::clear() {
  isFresh_ = false;
  effects_.clear();
  index_.reset(index_.slotCount() > slotsKept ? slotsAtFirst : index_.slotCount());
  lastOrder_ = 0;
  counter_ = {};
  report_.clear();
}

/// `effect` is the result of `amended`.
inline void RunFold::reportBeat(const Effect* effect, Place place) {
  if (effect == nullptr) {
    report_.strayBeats.push_back(place);
  } else if (effect->lease == Effect::Lease::amended) {
    report_.strayBeatsIfNot.push_back(maybe(*effect, place));
  }
}

void RunFold::apply(Op op, const Identity& identity, const ObjectFields& entry, Place place, Arena& arena) {
  switch (op) {
    case Op::acquire:
    case Op::reconcile: {
      if (identity.isNone()) return;
      const Value nested = entry[Field::lease];
      Effect& effect = at(identity);
      if (isObject(nested)) {
        hold(effect, nested, entry[Field::leaseStamp], place);
      } else {
        hold(effect, leaseFromFields(entry, arena), Value(), place);
      }
      counter_.atLeast = std::max(counter_.atLeast, safeIntegerOf(entry[Field::generationWatermark]).value_or(0));
      counter_.added++;
      counter_.atLeast++;
      return grant(effect, counter_);
    }
    case Op::release:
    case Op::scavenge: return release(identity, place);
    case Op::heartbeat: return beat(identity, stampOf(entry), place);
    case Op::adopt: {
      Effect* effect = amended(identity);
      if (reports_) reportBeat(effect, place);
      if (effect == nullptr) return;
      const auto take = [&](Lease::Owned owned, Field field) {
        if (isPresent(entry[field]) && !isNull(entry[field])) setField(*effect, owned, entry[field]);
      };
      take(Lease::Owned::holder, Field::holder);
      take(Lease::Owned::pid, Field::pid);
      take(Lease::Owned::hostId, Field::hostId);
      return setStamp(*effect, stampOf(entry), place);
    }
    case Op::checkpoint:
    case Op::other: return;
  }
}

void RunFold::restore(const ObjectFields& checkpoint, Place place, Arena& arena) {
  isFresh_ = true;
  forget();
  forEachObject(checkpoint[Field::leases], [&](Value lease, const ObjectFields& fields) {
    const Identity identity = readIdentity(fields[Field::loopTs], fields[Field::lane], arena);
    if (!identity.isNone()) hold(at(identity), lease, Value(), place);
  });
  forEachObject(checkpoint[Field::generations], [&](Value, const ObjectFields& row) {
    const Identity identity = readIdentity(row[Field::loopTs], row[Field::lane], arena);
    const auto number = safeIntegerOf(row[Field::generation]);
    if (identity.isNone() || !number) return;
    grant(at(identity), {INT64_MIN / 2, *number});
    counter_.atLeast = std::max(counter_.atLeast, *number);
  });
  const auto watermark = safeIntegerOf(checkpoint[Field::generationWatermark]);
  counter_.atLeast = std::max(counter_.atLeast, watermark.value_or(0));
}

void RunFold::hold(Effect& effect, Value object, Value stamp, Place place) {
  if (effect.lease != Effect::Lease::held) {
    effect.leaseWasGone = effect.lease == Effect::Lease::gone;
    effect.leaseOrder = ++lastOrder_;
  }
  effect.lease = Effect::Lease::held;
  effect.object = object;
  effect.heldPlace = place;
  effect.set.fill(Value());
  effect.setCount = 0;
  effect.stampIsKnown = isPresent(stamp);
  effect.stamp = stamp.empty() ? Value() : stamp;
}

void RunFold::grant(Effect& effect, RelativeGeneration generation) {
  if (effect.token != Effect::Token::granted) {
    effect.tokenWasDropped = effect.token == Effect::Token::dropped;
    effect.tokenOrder = ++lastOrder_;
  }
  effect.token = Effect::Token::granted;
  effect.generation = generation;
}

void RunFold::release(const Identity& identity, Place place) {
  if (identity.isNone()) {
    if (reports_) report_.strayEnds.push_back(place);
    return;
  }
  Effect& effect = at(identity);
  if (reports_ && effect.lease != Effect::Lease::held) reportEnd(effect, place);
  effect.lease = Effect::Lease::gone;
  effect.token = Effect::Token::dropped;
}

void RunFold::beat(const Identity& identity, Value stamp, Place place) {
  Effect* effect = amended(identity);
  if (reports_) reportBeat(effect, place);
  if (effect != nullptr) setStamp(*effect, stamp, place);
}

Effect* RunFold::amended(const Identity& identity) {
  if (identity.isNone()) return nullptr;
  // After a CHECKPOINT, the live identities are known. Before one, any identity may be live.
  Effect* effect = find(identity, !isFresh_);
  if (effect == nullptr || effect->lease == Effect::Lease::gone) return nullptr;
  if (effect->lease == Effect::Lease::untouched) {
    if (isFresh_) return nullptr;
    effect->lease = Effect::Lease::amended;
    effect->asksBefore = true;
  }
  return effect;
}

void RunFold::setStamp(Effect& effect, Value stamp, Place place) {
  if (!isPresent(stamp)) return;
  if (reports_) reportBack(effect, stamp, place);
  setField(effect, Lease::Owned::heartbeatAt, stamp);
}

void RunFold::reportBack(Effect& effect, Value stamp, Place place) {
  const bool held = effect.lease == Effect::Lease::held;
  if (!effect.stampIsKnown) {
    effect.stampIsKnown = true;
    effect.stamp = held ? stampOfLease(effect.object) : Value();
    if (!held) {
      effect.firstStamp = stamp;
      effect.firstStampPlace = place;
    }
  }
  if (isPresent(effect.stamp) && movesBackInPlace(effect.stamp, stamp)) {
    if (held) {
      report_.backs.push_back(place);
    } else {
      report_.backsIfLive.push_back(maybe(effect, place));
    }
  }
  effect.stamp = stamp;
}

/// Reports the end of an identity that is not held. Call it before the entry is folded in.
void RunFold::reportEnd(Effect& effect, Place place) {
  switch (effect.lease) {
    case Effect::Lease::held: return;
    case Effect::Lease::gone: return report_.strayEnds.push_back(place);
    case Effect::Lease::amended: return report_.strayEndsIfNot.push_back(maybe(effect, place));
    case Effect::Lease::untouched:
      if (isFresh_) return report_.strayEnds.push_back(place);
      effect.asksBefore = true;
      return report_.strayEndsIfNot.push_back(maybe(effect, place));
  }
}

/// Thirty-two bits are enough for the line, because a piece holds fewer lines.
Maybe RunFold::maybe(const Effect& effect, Place place) const {
  return {static_cast<uint32_t>(&effect - effects_.data()), static_cast<uint32_t>(place.line), place.offset};
}

Effect* RunFold::find(const Identity& identity, bool adds) {
  const uint64_t hash = hashOf(identity);
  const size_t slot = index_.locate(hash, [&](uint32_t number) {
    const Effect& effect = effects_[number];
    return effect.hash == hash && isSame(effect.identity, identity);
  });
  if (!index_.isEmpty(slot)) return &effects_[index_.numberIn(slot)];
  return adds ? add(identity, hash, slot) : nullptr;
}

/// `slot` is the empty slot in which the identity belongs.
Effect* RunFold::add(const Identity& identity, uint64_t hash, size_t slot) {
  Effect& effect = effects_.emplace_back();
  index_.put(slot, static_cast<uint32_t>(effects_.size() - 1));
  effect.identity = identity;
  effect.hash = hash;
  if (effects_.size() * slotsEach > index_.slotCount()) grow();
  return &effect;
}

void RunFold::grow() {
  index_.reset(index_.slotCount() * 2);
  for (size_t number = 0; number < effects_.size(); number++) {
    index_.add(effects_[number].hash, static_cast<uint32_t>(number));
  }
}

}  // namespace lane
