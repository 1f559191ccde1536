// Finds the check value at the end of a line.
#include "scan/check_value.h"

namespace lane {

namespace {

constexpr size_t crcDigits = 8;
constexpr size_t countDigitsMax = 13;
constexpr std::string_view beforeCheck = ", \"~\": \"";
constexpr std::string_view afterCheck = "\"}";

std::optional<unsigned> hexDigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

/// Takes the number at the end of the text and the space before it. It has no leading zero.
std::optional<uint64_t> takeCount(std::string_view& text) {
  uint64_t count = 0;
  size_t digits = 0;
  for (; digits < text.size() && digits <= countDigitsMax; digits++) {
    const std::optional<unsigned> digit = hexDigitOf(text[text.size() - 1 - digits]);
    if (!digit) break;
    if (digits < countDigitsMax) count |= uint64_t{*digit} << (4 * digits);
  }
  if (digits == 0 || digits > countDigitsMax || digits == text.size()) return std::nullopt;
  const bool hasLeadingZero = digits > 1 && text[text.size() - digits] == '0';
  if (hasLeadingZero || text[text.size() - digits - 1] != ' ') return std::nullopt;
  text.remove_suffix(digits + 1);
  return count;
}

}  // namespace

std::optional<CheckValue> readCheckValue(std::string_view line, uint64_t end) {
  if (!line.ends_with(afterCheck)) return std::nullopt;
  const size_t bytes = line.size();
  line.remove_suffix(afterCheck.size());
  const std::optional<uint64_t> own = takeCount(line);
  if (!own || *own == 0) return std::nullopt;
  const std::optional<uint64_t> seen = takeCount(line);
  if (!seen || line.size() < crcDigits) return std::nullopt;
  CheckValue value{0, *seen, *own, 0};
  for (const char c : line.substr(line.size() - crcDigits)) {
    const std::optional<unsigned> digit = hexDigitOf(c);
    if (!digit) return std::nullopt;
    value.crc = value.crc << 4 | *digit;
  }
  line.remove_suffix(crcDigits);
  if (!line.ends_with(beforeCheck)) return std::nullopt;
  value.offset = end - (bytes - (line.size() - beforeCheck.size()));
  return value;
}

}  // namespace lane
