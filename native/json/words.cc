// Computes the empty, text and int of docs/format.md 4 from the text of a value.
#include "json/words.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/number.h"
#include "base/quote.h"
#include "base/text.h"
#include "json/stringify.h"
#include "json/verbatim.h"

namespace lane {

namespace {

/// Returns whether a container holds only whitespace, as "[ ]" and "{}" do.
bool isHollow(Value container) {
  size_t at = 1;
  while (isJsonSpace(container[at])) at++;
  return at + 1 == container.size();
}

int hexOf(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

uint32_t unitAt(const char* hex) {
  return static_cast<uint32_t>(hexOf(hex[0]) << 12 | hexOf(hex[1]) << 8 | hexOf(hex[2]) << 4 | hexOf(hex[3]));
}

void appendCodePoint(uint32_t point, std::string& out) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

char escapedCharacter(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;
  }
}

/// Appends the `\u` escape at `at`, together with its low half if the two are a pair. Returns the position after it.
const char* appendUnicodeEscape(const char* at, const char* end, std::string& out) {
  uint32_t point = unitAt(at + 2);
  at += 6;
  const bool high = point >= 0xD800 && point < 0xDC00;
  if (high && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
    const uint32_t low = unitAt(at + 2);
    if (low >= 0xDC00 && low < 0xE000) {
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
      at += 6;
    }
  }
  appendCodePoint(point, out);
  return at;
}

/// Truncates toward zero. Returns nothing if the result is not a safe integer.
std::optional<int64_t> truncated(double number) {
  const double whole = std::trunc(number);
  if (!(std::fabs(whole) <= static_cast<double>(safeIntegerMax))) return std::nullopt;
  return static_cast<int64_t>(whole);
}

/// Returns the value of a decimal integer with optional single `_` between digits, surrounded by the whitespace of
/// docs/format.md 3; 0 for any other string.
int64_t intOfText(std::string_view text) {
  constexpr std::string_view spaces = " \t\n\v\f\r";
  const size_t first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return 0;
  text = text.substr(first, text.find_last_not_of(spaces) + 1 - first);
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  int64_t magnitude = 0;
  bool afterDigit = false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c == '_' && afterDigit)) return 0;
    if (digit && magnitude <= safeIntegerMax) magnitude = magnitude * 10 + (c - '0');
    afterDigit = digit;
  }
  if (!afterDigit || magnitude > safeIntegerMax) return 0;
  return negative ? -magnitude : magnitude;
}

/// Returns the value of a short run of digits, as nearly every `seq` is, or -1. The run is so short that it is always a
/// safe integer.
int64_t shortInteger(Value value) {
  if (value.size() > 15) return -1;
  int64_t number = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

#if !defined(__cpp_lib_to_chars)
double parseDouble(Value number) {
  const std::string ended(number);  // simdjson's reader may look one character past the end
  return simdjson::internal::from_chars(ended.data(), ended.data() + ended.size());
}
#else
/// Returns the exponent, limited to values that can make a difference.
int64_t exponentOf(std::string_view digits) {
  constexpr int64_t beyondAnyLine = int64_t{1} << 40;
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  int64_t exponent = 0;
  for (const char c : digits) exponent = std::min(exponent * 10 + (c - '0'), beyondAnyLine);
  return negative ? -exponent : exponent;
}

/// Returns the value of a number that no double can hold: an infinity if, with the exponent applied, its first digit
/// other than 0 precedes the decimal point; else 0.
double outOfRange(Value number) {
  const size_t mark = number.find_first_of("eE");
  const std::string_view digits = number.substr(0, mark);
  const auto first = static_cast<int64_t>(digits.find_first_of("123456789"));
  const auto point = static_cast<int64_t>(std::min(digits.find('.'), digits.size()));
  const int64_t before = first < point ? point - first : point + 1 - first;
  const int64_t exponent = mark == std::string_view::npos ? 0 : exponentOf(number.substr(mark + 1));
  const double size = before + exponent > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return number.front() == '-' ? -size : size;
}

/// Returns whether the number has neither a fraction nor an exponent, and more digits than the largest double.
bool isBeyondDouble(Value number) {
  constexpr size_t digitsMax = 310;  // a sign, and the 309 digits of the largest double
  return number.size() > digitsMax && std::all_of(number.begin() + 1, number.end(), isDigit);
}

double parseDouble(Value number) {
  if (isBeyondDouble(number)) return outOfRange(number);
  double parsed = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), parsed);
  return result.ec == std::errc::result_out_of_range ? outOfRange(number) : parsed;
}
#endif

}  // namespace

bool isEmpty(Value value) {
  if (!isPresent(value)) return true;
  switch (value.front()) {
    case 'n':
    case 'f': return true;
    case 't': return false;
    case '"': return value.size() == 2;
    case '[':
    case '{': return isHollow(value);
    default: return numberOf(value) == 0;
  }
}

std::string_view textOf(Value value, std::string& room) {
  if (!isPresent(value)) return {};
  if (isString(value)) return unescaped(contentOf(value), room);
  room.clear();
  if (isNumber(value)) {
    const double number = numberOf(value);
    if (number != 0) appendNumber(number, room);
    return room;
  }
  if (isEmpty(value)) return {};
  if (value.front() == 't') return "true";
  if (isStringified(value)) return value;
  appendStringified(value, room);
  return room;
}

int64_t intOf(Value value) {
  if (!isPresent(value)) return 0;
  if (const int64_t number = shortInteger(value); number >= 0) return number;
  if (value.front() == 't') return 1;
  if (isString(value)) {
    std::string room;
    return intOfText(unescaped(contentOf(value), room));
  }
  return isNumber(value) ? truncated(numberOf(value)).value_or(0) : 0;
}

std::optional<int64_t> safeIntegerOf(Value value) {
  if (!isPresent(value) || !isNumber(value)) return std::nullopt;
  const double number = numberOf(value);
  return std::trunc(number) == number ? truncated(number) : std::nullopt;
}

bool isNumber(Value value) {
  const char c = value.front();
  return (c >= '0' && c <= '9') || c == '-' || c == 'N' || c == 'I';
}

double numberOf(Value number) {
  if (number.front() == 'N') return std::numeric_limits<double>::quiet_NaN();
  if (number.front() == 'I') return std::numeric_limits<double>::infinity();
  if (number.size() > 1 && number[1] == 'I') return -std::numeric_limits<double>::infinity();
  return parseDouble(number);
}

void appendUnescaped(std::string_view content, std::string& out) {
  const char* at = content.data();
  const char* end = at + content.size();
  while (at < end) {
    const auto* mark = static_cast<const char*>(std::memchr(at, '\\', bytesBetween(at, end)));
    if (mark == nullptr) mark = end;
    out.append(at, mark);
    at = mark;
    if (at == end) break;
    if (at[1] == 'u') {
      at = appendUnicodeEscape(at, end, out);
    } else {
      out += escapedCharacter(at[1]);
      at += 2;
    }
  }
}

std::string_view unescaped(std::string_view content, std::string& room) {
  if (std::memchr(content.data(), '\\', content.size()) == nullptr) return content;
  room.clear();
  appendUnescaped(content, room);
  return room;
}

}  // namespace lane
