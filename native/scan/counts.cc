// Counts entries by op.
#include "scan/counts.h"

#include <algorithm>

#include "base/hash.h"
#include "base/quote.h"

namespace lane {

void OpCounts::clear() {
  counts_.clear();
  index_ = HashIndex();
}

size_t OpCounts::numberOf(std::string_view op) {
  for (size_t i = 0; i < counts_.size() && i < searched; i++) {
    if (counts_[i].first == op) return i;
  }
  const size_t next = counts_.size();
  if (next < searched) {
    counts_.emplace_back(op, 0);
    return next;
  }
  if (next * 2 >= index_.slotCount()) grow();
  const auto isSame = [&](uint32_t number) { return counts_[number].first == op; };
  const size_t slot = index_.locate(hashBytes(op, hashSeed), isSame);
  if (!index_.isEmpty(slot)) return index_.numberIn(slot);
  counts_.emplace_back(op, 0);
  index_.put(slot, static_cast<uint32_t>(next));
  return next;
}

void OpCounts::grow() {
  index_.reset(std::max(4 * searched, index_.slotCount() * 2));
  for (size_t i = searched; i < counts_.size(); i++) {
    index_.add(hashBytes(counts_[i].first, hashSeed), static_cast<uint32_t>(i));
  }
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
