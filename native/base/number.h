// Implements the grammar of a number (RFC 8259) for the parser and the shapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lane {

inline bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Returns whether there are characters and all are digits.
inline bool areAllDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

inline bool isHexDigit(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Returns the end of the digits from `at`, or `at` itself if there are none.
inline const char* skipDigits(const char* at, const char* end) {
  while (at < end && isDigit(*at)) at++;
  return at;
}

/// Returns the end of the number at `at`, or null if there is none. Does not check what follows the number.
inline const char* skipNumber(const char* at, const char* end) {
  if (at < end && *at == '-') at++;
  const char* digits = at;
  at = skipDigits(at, end);
  if (at == digits || (*digits == '0' && at - digits > 1)) return nullptr;
  if (at < end && *at == '.') {
    digits = at + 1;
    at = skipDigits(digits, end);
    if (at == digits) return nullptr;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end && (*at == '+' || *at == '-')) at++;
    digits = at;
    at = skipDigits(digits, end);
    if (at == digits) return nullptr;
  }
  return at;
}

/// Returns whether the first `bytes` characters, at most 8, are all digits. Reads 8 bytes.
inline bool areDigits(const char* at, size_t bytes) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  const uint64_t inside = bytes == 8 ? ~uint64_t{0} : (uint64_t{1} << (bytes * 8)) - 1;
  const uint64_t high = (word & 0xF0F0F0F0F0F0F0F0u) ^ 0x3030303030303030u;
  const uint64_t above9 = (word + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u;
  return ((high | (above9 ^ 0x3030303030303030u)) & inside) == 0;
}

/// Returns the value of up to 8 digits. Reads 8 bytes.
inline int64_t eightDigits(const char* at, size_t bytes) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  word <<= 64 - bytes * 8;  // the zero bits shifted in count as leading zeros
  word = (word & 0x0F0F0F0F0F0F0F0Fu) * 2561 >> 8;
  word = (word & 0x00FF00FF00FF00FFu) * 6553601 >> 16;
  return static_cast<int64_t>((word & 0x0000FFFF0000FFFFu) * 42949672960001u >> 32);
}

}  // namespace lane
