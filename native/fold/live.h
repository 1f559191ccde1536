// Implements the ordered map of docs/format.md 5 from identities to values. The live leases are one such map.
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

/// The pair `(text(loop_ts), text(lane))`. Borrows its texts.
struct Identity {
  std::string_view loopTs;
  std::string_view lane;

  bool isNone() const { return loopTs.empty() && lane.empty(); }
};

/// Reads an identity. A text that differs from the entry's own bytes, such as one with escapes, is stored in the arena.
Identity readIdentity(Value loopTs, Value lane, Arena& arena);

/// Code that runs for each line passes identities by reference: copying the four words and reading them back takes as
/// long as the rest of a HEARTBEAT.
inline uint64_t hashOf(const Identity& identity) {
  return hashBytes(identity.lane, hashBytes(identity.loopTs, hashSeed));
}

/// A map from identities to `V`, ordered by first insertion. An identity that is erased and set again goes last. Memory
/// is proportional to the number of identities in the map; each operation takes constant time. `hash` is always
/// `hashOf(identity)`. Copies are independent.
template <class V>
class IdentityMap {
 public:
  struct Record {
    std::string texts;  // loop_ts followed by lane
    size_t loopTsBytes = 0;
    uint64_t hash = 0;
    uint64_t order = 0;  // 0 marks a free record
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

  /// Returns the value under `identity`. If there is none, adds one at the end.
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

  /// Returns a copy of the record under `identity`, which `exchange` can put back.
  std::optional<Record> copyOf(const Identity& identity, uint64_t hash) const {
    if (count_ == 0) return std::nullopt;
    const size_t slot = locate(identity, hash);
    return slots_[slot] == empty ? std::nullopt : std::optional<Record>(records_[slots_[slot]]);
  }

  /// Exchanges the record under `identity` with `record`, including its place in the order. Either may be absent.
  /// `identity` must not borrow from a record of this map.
  void exchange(const Identity& identity, uint64_t hash, std::optional<Record>& record) {
    std::optional<Record> held = copyOf(identity, hash);
    erase(identity, hash);
    if (record) recordAt(identity, hash) = std::move(*record);
    record = std::move(held);
  }

  /// Returns the records in order. The pointers are valid until the map changes.
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

  /// Returns the slot that holds the identity, or the empty slot in which it belongs.
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

  /// Removes a slot under linear probing without leaving a tombstone: moves back each later slot that a probe sequence
  /// could no longer reach.
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

  std::deque<Record> records_;  // a deque grows without moving its records or holding them twice
  std::vector<uint32_t> free_;
  std::vector<uint32_t> slots_;
  size_t count_ = 0;
  uint64_t lastOrder_ = 0;
};

/// A lease as text: the object that an ACQUIRE or CHECKPOINT wrote and the fields set since. Numbers keep their digits.
class Lease {
 public:
  /// The fields that later entries may set (docs/format.md 5).
  enum class Owned : uint8_t {
    heartbeatAt,
    holder,
    pid,
    hostId
  };

  /// `object` is the text of a JSON object. `place` is the place of the entry that set it.
  void assign(Value object, Place place);
  /// Restores a lease from the text that `appendTo` wrote. A repeated field keeps its first place and its last value.
  void restore(const JsonText& object, Place place);
  /// Sets a field, in its place if the lease has it, else after all others.
  void set(Owned field, Value value);
  /// Returns the lease's current `heartbeat_at`; absent if it has none.
  Value heartbeatAt() const;
  Place place() const { return place_; }
  /// Appends the lease as a JSON object. A field that was set is appended after the others. If the object already has
  /// it, the key is repeated, and readers take the last value.
  void appendTo(std::string& out) const;
  /// Returns about how many bytes `appendTo` appends.
  size_t bytes() const;

 private:
  struct SetField {
    Owned field;
    std::string text;
  };

  const std::string* find(Owned field) const;

  std::string object_;
  Place place_;
  std::vector<SetField> set_;  // empty for most leases
};

using LiveLeases = IdentityMap<Lease>;

}  // namespace lane
