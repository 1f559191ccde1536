// The grammar of a number (RFC 8259), shared by the parser and the shapes.
#pragma once

namespace lane {

inline bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// The end of the digits from `at`; `at` itself if there are none.
inline const char* skipDigits(const char* at, const char* end) {
  while (at < end && isDigit(*at)) at++;
  return at;
}

/// The end of the number at `at`, or null if there is none. What follows it is the caller's to judge.
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

}  // namespace lane
