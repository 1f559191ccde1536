// Finds items by their hash. The owner keeps the items in a list; the index holds their numbers in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lane {

/// A hash table with open addressing and linear probing. The number of slots is a power of two, or 0 before the first
/// `reset`. The owner compares items, and calls `reset` in time: one slot at least must be empty.
class HashIndex {
 public:
  HashIndex() = default;
  explicit HashIndex(size_t slotCount) : slots_(slotCount) {}

  size_t slotCount() const { return slots_.size(); }

  /// Makes the index empty, with this many slots.
  void reset(size_t slotCount) { slots_.assign(slotCount, empty); }

  /// Returns the slot of the item for whose number `isSame` returns true, or the empty slot in which it belongs. Calls
  /// `isSame` for every item whose hash may be equal. Requires a slot.
  template <class IsSame>
  size_t locate(uint64_t hash, const IsSame& isSame) const {
    size_t slot = hash & mask();
    while (slots_[slot] != empty && !isSame(slots_[slot] - 1)) slot = (slot + 1) & mask();
    return slot;
  }

  bool isEmpty(size_t slot) const { return slots_[slot] == empty; }
  /// The number in a slot that is not empty.
  uint32_t numberIn(size_t slot) const { return slots_[slot] - 1; }
  void put(size_t slot, uint32_t number) { slots_[slot] = number + 1; }

  /// Adds an item that the index does not hold.
  void add(uint64_t hash, uint32_t number) {
    put(locate(hash, [](uint32_t) { return false; }), number);
  }

  /// Removes the item that was added last.
  void removeLast(uint64_t hash, uint32_t number) {
    slots_[locate(hash, [number](uint32_t other) { return other == number; })] = empty;
  }

  /// Removes the item in a slot without leaving a tombstone: moves back each later item that a search could no longer
  /// reach. `hashOf` returns the hash of the item with a number.
  template <class HashOf>
  void remove(size_t gap, const HashOf& hashOf) {
    slots_[gap] = empty;
    for (size_t slot = (gap + 1) & mask(); slots_[slot] != empty; slot = (slot + 1) & mask()) {
      const size_t home = hashOf(slots_[slot] - 1) & mask();
      if (((slot - home) & mask()) < ((slot - gap) & mask())) continue;
      slots_[gap] = slots_[slot];
      slots_[slot] = empty;
      gap = slot;
    }
  }

 private:
  static constexpr uint32_t empty = 0;

  size_t mask() const { return slots_.size() - 1; }

  /// Each slot holds a number plus 1, or `empty`.
  std::vector<uint32_t> slots_;
};

}  // namespace lane
