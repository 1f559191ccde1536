// Finds the check value at the end of a line (docs/format.md 13).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lane {

/// What a check value says, and the offset of its comma.
struct CheckValue {
  uint32_t crc = 0;
  uint64_t seen = 0;  // the number of pending bytes that its writer saw
  uint64_t own = 0;   // the number of bytes before it that its writer wrote
  uint64_t offset = 0;

  bool isSameText(const CheckValue& other) const { return crc == other.crc && seen == other.seen && own == other.own; }
};

/// No shorter line has a check value.
inline constexpr size_t checkedLineBytesMin = 22;
/// No check value is longer.
inline constexpr size_t checkBytesMax = 46;

/// Reads the value of the line of which `line` is the end, its LF not counted. The line ends at offset `end`.
std::optional<CheckValue> readCheckValue(std::string_view line, uint64_t end);

/// Returns whether the line may have a check value: it ends with a digit, a quote and a brace.
inline bool mayHaveCheckValue(std::string_view line) {
  if (line.size() < checkedLineBytesMin || line[line.size() - 2] != '"') return false;
  const char last = line[line.size() - 3];
  return (last >= '0' && last <= '9') || (last >= 'a' && last <= 'f');
}

}  // namespace lane
