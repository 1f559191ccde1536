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
#include "base/hash_index.h"
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
    return index_.isEmpty(slot) ? nullptr : &records_[index_.numberIn(slot)].value;
  }
  V* find(const Identity& identity, uint64_t hash) { return const_cast<V*>(std::as_const(*this).find(identity, hash)); }

  /// Returns the value under `identity`. If there is none, adds one at the end.
  V& at(const Identity& identity, uint64_t hash) { return recordAt(identity, hash).value; }

  void erase(const Identity& identity, uint64_t hash) {
    if (count_ == 0) return;
    const size_t slot = locate(identity, hash);
    if (index_.isEmpty(slot)) return;
    const uint32_t number = index_.numberIn(slot);
    index_.remove(slot, [this](uint32_t other) { return records_[other].hash; });
    records_[number] = Record();
    free_.push_back(number);
    count_--;
  }

  void clear() { *this = IdentityMap(); }

  /// Returns a copy of the record under `identity`, which `exchange` can put back.
  std::optional<Record> copyOf(const Identity& identity, uint64_t hash) const {
    if (count_ == 0) return std::nullopt;
    const size_t slot = locate(identity, hash);
    return index_.isEmpty(slot) ? std::nullopt : std::optional<Record>(records_[index_.numberIn(slot)]);
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
  Record& recordAt(const Identity& identity, uint64_t hash) {
    if ((count_ + 1) * 2 > index_.slotCount()) grow();
    const size_t slot = locate(identity, hash);
    if (!index_.isEmpty(slot)) return records_[index_.numberIn(slot)];
    const uint32_t number = takeRecord();
    index_.put(slot, number);
    Record& record = records_[number];
    record.texts.assign(identity.loopTs).append(identity.lane);
    record.loopTsBytes = identity.loopTs.size();
    record.hash = hash;
    record.order = ++lastOrder_;
    count_++;
    return record;
  }

  /// Returns the slot that holds the identity, or the empty slot in which it belongs.
  size_t locate(const Identity& identity, uint64_t hash) const {
    return index_.locate(hash, [&](uint32_t number) {
      const Record& record = records_[number];
      if (record.hash != hash || record.loopTsBytes != identity.loopTs.size()) return false;
      const Identity held = record.identity();
      return held.loopTs == identity.loopTs && held.lane == identity.lane;
    });
  }

  uint32_t takeRecord() {
    if (free_.empty()) {
      records_.emplace_back();
      return static_cast<uint32_t>(records_.size() - 1);
    }
    const uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }

  void grow() {
    index_.reset(std::max<size_t>(16, index_.slotCount() * 2));
    for (size_t number = 0; number < records_.size(); number++) {
      if (records_[number].order != 0) index_.add(records_[number].hash, static_cast<uint32_t>(number));
    }
  }

  std::deque<Record> records_;  // a deque grows without moving its records or holding them twice
  std::vector<uint32_t> free_;
  HashIndex index_;  // by identity
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
