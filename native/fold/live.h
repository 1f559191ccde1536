// Identities -> what is held under them, in the order they came (the map of docs/format.md 5). The live leases are one
// such map.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/hash.h"
#include "base/line.h"
#include "json/words.h"

namespace lane {

/// `(text(loop_ts), text(lane))`. Borrows.
struct Identity {
  std::string_view loopTs;
  std::string_view lane;

  bool isNone() const { return loopTs.empty() && lane.empty(); }
};

/// An identity's texts; those that do not stand in the entry as they are go into the arena.
Identity readIdentity(Value loopTs, Value lane, Arena& arena);

/// By reference, here and wherever each line passes: reading back the four words of a copy that was made a moment ago
/// takes as long as all else that a beat does.
inline uint64_t hashOf(const Identity& identity) {
  return hashBytes(identity.lane, hashBytes(identity.loopTs, hashSeed));
}

/// A map from identities to `V` in order of first setting. Erasing and setting again goes last. Only what is in the map
/// takes memory; every operation is constant in its size. `hash` is always `hashOf(identity)`. Copies are independent.
template <class V>
class IdentityMap {
 public:
  struct Record {
    std::string texts;  // loop_ts, then lane
    size_t loopTsBytes = 0;
    uint64_t hash = 0;
    uint64_t order = 0;  // 0: free
    V value{};

    Identity identity() const {
      return {std::string_view(texts).substr(0, loopTsBytes), std::string_view(texts).substr(loopTsBytes)};
    }
  };

  size_t size() const { return count_; }

  const V* find(const Identity& identity, uint64_t hash) const {
    if (count_ == 0) return nullptr;
    const size_t slot = locate(identity, hash);
    return slots_[slot] == empty ? nullptr : &records_[slots_[slot]].value;
  }
  V* find(const Identity& identity, uint64_t hash) { return const_cast<V*>(std::as_const(*this).find(identity, hash)); }

  /// The value held under `identity`: the old one in its place, or a new one at the end.
  V& at(const Identity& identity, uint64_t hash) { return recordAt(identity, hash).value; }

  void erase(const Identity& identity, uint64_t hash) {
    if (count_ == 0) return;
    const size_t slot = locate(identity, hash);
    if (slots_[slot] == empty) return;
    records_[slots_[slot]] = Record();
    free_.push_back(slots_[slot]);
    count_--;
    closeGap(slot);
  }

  void clear() { *this = IdentityMap(); }

  /// A copy of what is held under `identity`, to be put back by `exchange`.
  std::optional<Record> copyOf(const Identity& identity, uint64_t hash) const {
    if (count_ == 0) return std::nullopt;
    const size_t slot = locate(identity, hash);
    return slots_[slot] == empty ? std::nullopt : std::optional<Record>(records_[slots_[slot]]);
  }

  /// Takes out what is held under `identity` and puts in what `record` is, with its place in the order; either may be
  /// nothing. `identity` must not be the record's own.
  void exchange(const Identity& identity, uint64_t hash, std::optional<Record>& record) {
    std::optional<Record> held = copyOf(identity, hash);
    erase(identity, hash);
    if (record) recordAt(identity, hash) = std::move(*record);
    record = std::move(held);
  }

  /// The records in order. Pointers hold until the map changes.
  std::vector<const Record*> inOrder() const {
    std::vector<const Record*> ordered;
    ordered.reserve(count_);
    for (const Record& record : records_) {
      if (record.order != 0) ordered.push_back(&record);
    }
    std::sort(ordered.begin(), ordered.end(), [](const Record* a, const Record* b) { return a->order < b->order; });
    return ordered;
  }

 private:
  static constexpr uint32_t empty = UINT32_MAX;

  Record& recordAt(const Identity& identity, uint64_t hash) {
    if ((count_ + 1) * 2 > slots_.size()) grow();
    const size_t slot = locate(identity, hash);
    if (slots_[slot] != empty) return records_[slots_[slot]];
    const uint32_t index = takeRecord();
    slots_[slot] = index;
    Record& record = records_[index];
    record.texts.assign(identity.loopTs).append(identity.lane);
    record.loopTsBytes = identity.loopTs.size();
    record.hash = hash;
    record.order = ++lastOrder_;
    count_++;
    return record;
  }

  /// The slot that holds the identity, or the empty one where it belongs.
  size_t locate(const Identity& identity, uint64_t hash) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = hash & mask;
    for (; slots_[slot] != empty; slot = (slot + 1) & mask) {
      const Record& record = records_[slots_[slot]];
      if (record.hash != hash || record.loopTsBytes != identity.loopTs.size()) continue;
      const Identity held = record.identity();
      if (held.loopTs == identity.loopTs && held.lane == identity.lane) break;
    }
    return slot;
  }

  uint32_t takeRecord() {
    if (free_.empty()) {
      records_.emplace_back();
      return static_cast<uint32_t>(records_.size() - 1);
    }
    const uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }

  void grow() {
    slots_.assign(std::max<size_t>(16, slots_.size() * 2), empty);
    const size_t mask = slots_.size() - 1;
    for (size_t index = 0; index < records_.size(); index++) {
      if (records_[index].order == 0) continue;
      size_t slot = records_[index].hash & mask;
      while (slots_[slot] != empty) slot = (slot + 1) & mask;
      slots_[slot] = static_cast<uint32_t>(index);
    }
  }

  /// Linear probing without tombstones: moves back whatever the emptied slot would cut off from its home.
  void closeGap(size_t gap) {
    const size_t mask = slots_.size() - 1;
    slots_[gap] = empty;
    for (size_t slot = (gap + 1) & mask; slots_[slot] != empty; slot = (slot + 1) & mask) {
      const size_t home = records_[slots_[slot]].hash & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      slots_[gap] = slots_[slot];
      slots_[slot] = empty;
      gap = slot;
    }
  }

  std::deque<Record> records_;  // which grows without moving, or having twice, what is in it
  std::vector<uint32_t> free_;
  std::vector<uint32_t> slots_;
  size_t count_ = 0;
  uint64_t lastOrder_ = 0;
};

/// A lease as text: what its ACQUIRE or checkpoint wrote, and the fields set since. Its numbers keep their digits.
class Lease {
 public:
  /// The fields later entries may set (docs/format.md 5).
  enum class Owned : uint8_t {
    heartbeatAt,
    holder,
    pid,
    hostId
  };

  /// `object` is the text of a JSON object, `place` that of the entry that set it.
  void assign(Value object, Place place);
  /// `object` has parsed what `appendTo` gave: a field that was set takes its original's place in the text.
  void restore(const JsonText& object, Place place);
  /// Sets a field: in its place if the lease has it, else after all others.
  void set(Owned field, Value value);
  /// The lease's `heartbeat_at` now; absent if it has none.
  Value heartbeatAt() const;
  Place place() const { return place_; }
  /// Appends the lease as a JSON object. A field that was set stands after the original and, as a repeated key does,
  /// takes its place when it is read.
  void appendTo(std::string& out) const;
  /// About what `appendTo` appends, in bytes.
  size_t bytes() const;

 private:
  struct SetField {
    Owned field;
    std::string text;
  };

  const std::string* find(Owned field) const;

  std::string object_;
  Place place_;
  std::vector<SetField> set_;  // most leases are never changed
};

using LiveLeases = IdentityMap<Lease>;

}  // namespace lane
