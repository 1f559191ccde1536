// What a scan counts and lists in one piece of a journal, and in the whole (docs/format.md 3).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "fold/findings.h"

namespace lane {

/// How many entries by `text(op)`, in order of first sight.
class OpCounts {
 public:
  void clear();
  /// The op's number, the same until `clear`.
  size_t numberOf(std::string_view op);
  void add(size_t number, uint64_t count = 1) { counts_[number].second += count; }
  void add(const OpCounts& others);
  const std::vector<std::pair<std::string, uint64_t>>& counts() const { return counts_; }
  /// Appends `{"ACQUIRE":N,...}`.
  void appendTo(std::string& out) const;

 private:
  std::vector<std::pair<std::string, uint64_t>> counts_;
  std::unordered_map<std::string, size_t, TextHash, std::equal_to<>> numbers_;
};

}  // namespace lane
