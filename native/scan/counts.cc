// Counts entries by op.
#include "scan/counts.h"

#include "base/quote.h"

namespace lane {

void OpCounts::clear() {
  counts_.clear();
  numbers_.clear();
}

size_t OpCounts::numberOf(std::string_view op) {
  // With few ops, a search is faster than a table. A journal uses about a dozen; only a malformed one uses more than
  // this.
  constexpr size_t searched = 16;
  for (size_t i = 0; i < counts_.size() && i < searched; i++) {
    if (counts_[i].first == op) return i;
  }
  if (counts_.size() < searched) {
    counts_.emplace_back(op, 0);
    return counts_.size() - 1;
  }
  if (const auto known = numbers_.find(op); known != numbers_.end()) return known->second;
  numbers_.emplace(op, counts_.size());
  counts_.emplace_back(op, 0);
  return counts_.size() - 1;
}

void OpCounts::add(const OpCounts& others) {
  for (const auto& [op, count] : others.counts_) add(numberOf(op), count);
}

void OpCounts::appendTo(std::string& out) const {
  out += '{';
  for (const auto& [op, count] : counts_) {
    if (&op != &counts_.front().first) out += ',';
    appendQuoted(op, out);
    out.append(":").append(std::to_string(count));
  }
  out += '}';
}

}  // namespace lane
