// A run of entries -> effects.
#include "core/fold.h"

#include "core/simd.h"

namespace lane {

namespace {

/// What a beat writes: `heartbeat_at`, or `ts` if that is empty; absent if both are.
Value stampOf(const ObjectFields& entry) {
  for (const Field field : {Field::heartbeatAt, Field::ts}) {
    if (!isEmpty(entry[field])) return entry[field];
  }
  return {};
}

/// The lease of an ACQUIRE without one: the entry's own fields, as far as it has them.
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

bool isSame(Identity a, Identity b) {
  return a.loopTs.size() == b.loopTs.size() && a.lane.size() == b.lane.size() &&
         equalBytes(a.loopTs.data(), b.loopTs.data(), a.loopTs.size()) &&
         equalBytes(a.lane.data(), b.lane.data(), a.lane.size());
}

void setField(Effect& effect, Lease::Owned field, Value value) {
  Value& held = effect.set[static_cast<size_t>(field)];
  if (!isPresent(held)) effect.setOrder[effect.setCount++] = field;
  held = value;
}

}  // namespace

bool movesBack(Value now, Value next) {
  if (!isString(now) || !isString(next)) return false;
  std::string nowRoom;
  std::string nextRoom;
  return unescaped(contentOf(next), nextRoom) < unescaped(contentOf(now), nowRoom);
}

Value stampOfLease(Value object) {
  JsonText json;
  json.parse(object);
  Value found;
  std::string room;
  for (const Child& child : json.children()) {
    if (unescaped(child.key, room) == keyOf(Field::heartbeatAt)) found = child.value;
  }
  return found;
}

void RunFold::clear() {
  isFresh_ = false;
  effects_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
  lastOrder_ = 0;
  counter_ = {};
  backs_.clear();
  maybeBacks_.clear();
}

void RunFold::apply(Op op, Identity identity, const ObjectFields& entry, Place place, Arena& arena) {
  if (identity.isNone()) return;
  switch (op) {
    case Op::acquire:
    case Op::reconcile: {
      const Value nested = entry[Field::lease];
      Effect& effect = at(identity);
      if (isObject(nested)) {
        hold(effect, nested, entry[Field::leaseStamp]);
      } else {
        hold(effect, leaseFromFields(entry, arena), Value());
      }
      counter_.added++;
      counter_.atLeast++;
      return grant(effect, counter_);
    }
    case Op::release:
    case Op::scavenge: return release(at(identity));
    case Op::heartbeat:
    case Op::adopt:
      // After a CHECKPOINT it is known who is live; before one everybody may be.
      if (Effect* effect = isFresh_ ? find(identity) : &at(identity)) amend(op, *effect, entry, place);
      return;
    case Op::checkpoint:
    case Op::other: return;
  }
}

void RunFold::restore(const ObjectFields& checkpoint, Arena& arena) {
  isFresh_ = true;
  forEachObject(checkpoint[Field::leases], [&](Value lease, const ObjectFields& fields) {
    const Identity identity = readIdentity(fields[Field::loopTs], fields[Field::lane], arena);
    if (!identity.isNone()) hold(at(identity), lease, Value());
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

void RunFold::hold(Effect& effect, Value object, Value stamp) {
  if (effect.lease != Effect::Lease::held) {
    effect.leaseWasGone = effect.lease == Effect::Lease::gone;
    effect.leaseOrder = ++lastOrder_;
  }
  effect.lease = Effect::Lease::held;
  effect.object = object;
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

void RunFold::release(Effect& effect) {
  effect.lease = Effect::Lease::gone;
  effect.token = Effect::Token::dropped;
}

void RunFold::amend(Op op, Effect& effect, const ObjectFields& entry, Place place) {
  if (effect.lease == Effect::Lease::gone || (isFresh_ && effect.lease == Effect::Lease::untouched)) return;
  if (effect.lease == Effect::Lease::untouched) effect.lease = Effect::Lease::amended;
  const Value stamp = stampOf(entry);
  if (reportsBack_ && isPresent(stamp)) reportBack(effect, stamp, place);
  const auto take = [&](Lease::Owned owned, Field field) {
    if (isPresent(entry[field]) && !isNull(entry[field])) setField(effect, owned, entry[field]);
  };
  if (op == Op::adopt) {
    take(Lease::Owned::holder, Field::holder);
    take(Lease::Owned::pid, Field::pid);
    take(Lease::Owned::hostId, Field::hostId);
  }
  if (isPresent(stamp)) setField(effect, Lease::Owned::heartbeatAt, stamp);
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
  if (movesBack(effect.stamp, stamp)) {
    if (held) {
      backs_.push_back(place);
    } else {
      maybeBacks_.push_back({static_cast<size_t>(&effect - effects_.data()), place});
    }
  }
  effect.stamp = stamp;
}

Effect& RunFold::at(Identity identity) {
  if ((effects_.size() + 1) * 2 > slots_.size()) grow();
  const uint64_t hash = hashOf(identity);
  const size_t slot = locate(identity, hash);
  if (slots_[slot] != 0) return effects_[slots_[slot] - 1];
  Effect& effect = effects_.emplace_back();
  slots_[slot] = static_cast<uint32_t>(effects_.size());
  effect.identity = identity;
  effect.hash = hash;
  return effect;
}

Effect* RunFold::find(Identity identity) {
  if (effects_.empty()) return nullptr;
  const size_t slot = locate(identity, hashOf(identity));
  return slots_[slot] == 0 ? nullptr : &effects_[slots_[slot] - 1];
}

/// The slot that holds the identity, or the empty one where it belongs.
size_t RunFold::locate(Identity identity, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const Effect& effect = effects_[slots_[slot] - 1];
    if (effect.hash != hash) continue;
    if (isSame(effect.identity, identity)) break;
  }
  return slot;
}

void RunFold::grow() {
  slots_.assign(std::max<size_t>(256, slots_.size() * 2), 0);
  const size_t mask = slots_.size() - 1;
  for (size_t index = 0; index < effects_.size(); index++) {
    size_t slot = effects_[index].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint32_t>(index + 1);
  }
}

}  // namespace lane
