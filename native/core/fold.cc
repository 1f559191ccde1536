// An entry -> a change of the live leases.
#include "core/fold.h"

namespace lane {

namespace {

/// What a beat writes: `heartbeat_at`, or `ts` if that is empty; absent if both are.
Value stampOf(const ObjectFields& entry) {
  for (const Field field : {Field::heartbeatAt, Field::ts}) {
    if (!isEmpty(entry[field])) return entry[field];
  }
  return {};
}

void restore(LiveLeases& live, const ObjectFields& checkpoint) {
  live.clear();
  IdentityRoom room;
  forEachObject(checkpoint[Field::leases], [&](Value lease, const ObjectFields& fields) {
    const Identity identity = room.read(fields[Field::loopTs], fields[Field::lane]);
    if (!identity.isNone()) live.at(identity).assign(lease);
  });
}

/// The lease of an ACQUIRE without one: the entry's own fields, as far as it has them.
std::string leaseFromFields(const ObjectFields& entry) {
  std::string object = "{";
  for (size_t i = 0; i < leaseFieldCount; i++) {
    const auto field = static_cast<Field>(i);
    if (!isPresent(entry[field])) continue;
    if (object.size() > 1) object += ',';
    object.append("\"").append(keyOf(field)).append("\":").append(entry[field]);
  }
  return object += '}';
}

void acquire(LiveLeases& live, Identity identity, const ObjectFields& entry) {
  const Value nested = entry[Field::lease];
  if (isObject(nested)) {
    live.at(identity).assign(nested);
  } else {
    live.at(identity).assign(leaseFromFields(entry));
  }
}

void beat(Lease& lease, const ObjectFields& entry) {
  const Value stamp = stampOf(entry);
  if (isPresent(stamp)) lease.set(Lease::Owned::heartbeatAt, stamp);
}

void adopt(Lease& lease, const ObjectFields& entry) {
  const auto take = [&](Lease::Owned owned, Field field) {
    const Value value = entry[field];
    if (isPresent(value) && !isNull(value)) lease.set(owned, value);
  };
  take(Lease::Owned::holder, Field::holder);
  take(Lease::Owned::pid, Field::pid);
  take(Lease::Owned::hostId, Field::hostId);
}

}  // namespace

void foldEntry(LiveLeases& live, Op op, Identity identity, const ObjectFields& entry) {
  if (op == Op::checkpoint) return restore(live, entry);
  if (identity.isNone()) return;
  switch (op) {
    case Op::acquire:
    case Op::reconcile: return acquire(live, identity, entry);
    case Op::release:
    case Op::scavenge: return live.erase(identity);
    case Op::heartbeat:
    case Op::adopt:
      if (Lease* lease = live.find(identity)) {
        if (op == Op::adopt) adopt(*lease, entry);
        beat(*lease, entry);
      }
      return;
    case Op::checkpoint:
    case Op::other: return;
  }
}

bool movesHeartbeatBack(LiveLeases& live, Op op, Identity identity, const ObjectFields& entry) {
  if ((op != Op::heartbeat && op != Op::adopt) || identity.isNone()) return false;
  const Value next = stampOf(entry);
  Lease* lease = isString(next) ? live.find(identity) : nullptr;
  if (lease == nullptr) return false;
  const Value now = lease->heartbeatAt();
  if (!isString(now)) return false;
  std::string nextRoom;
  std::string nowRoom;
  return unescaped(contentOf(next), nextRoom) < unescaped(contentOf(now), nowRoom);
}

}  // namespace lane
