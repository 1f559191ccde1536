// Counts entries by op, for one piece of a journal or for the whole (docs/format.md 3).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash_index.h"
#include "fold/findings.h"

namespace lane {

/// The number of entries by `text(op)`, in the order in which the ops first occurred.
class OpCounts {
 public:
  void clear();
  /// Returns the op's number, which stays the same until `clear`.
  size_t numberOf(std::string_view op);
  void add(size_t number, uint64_t count = 1) { counts_[number].second += count; }
  void add(const OpCounts& others);
  const std::vector<std::pair<std::string, uint64_t>>& counts() const { return counts_; }
  /// Appends `{"ACQUIRE":N,...}`.
  void appendTo(std::string& out) const;

 private:
  /// With few ops, a search is faster than an index. A journal uses about a dozen; only a malformed one uses more than
  /// this.
  static constexpr size_t searched = 16;

  void grow();

  std::vector<std::pair<std::string, uint64_t>> counts_;
  HashIndex index_;  // the ops that are not searched
};

}  // namespace lane
