// Collects the check values of a piece of a journal.
#include "scan/piece_checks.h"

#include <algorithm>
#include <optional>

#include "base/crc32.h"

namespace lane {

void PieceChecks::clear() {
  found_.clear();
  isComplete_ = false;
}

void PieceChecks::take(std::string_view line, Place place) {
  const uint64_t end = place.offset + line.size();
  const std::string_view tail = line.substr(line.size() - std::min(line.size(), checkBytesMax));
  if (const auto value = readCheckValue(tail, end)) found_.push_back({*value, {place.line, end}});
}

void PieceChecks::finish(std::string_view text, uint64_t begin, uint64_t end) {
  isComplete_ = text.size() == end - begin;
  // In a journal without values nothing is summed. If there is one later, the bytes are read again.
  if (!isComplete_ || found_.empty()) return;
  uint64_t from = begin;
  for (Found& each : found_) {
    each.sum = crc32(0, text.substr(from - begin, each.value.offset - from));
    from = each.value.offset;
  }
  restBytes_ = end - from;
  restSum_ = crc32(0, text.substr(from - begin));
}

}  // namespace lane
