// Writes characters and numbers as JSON text.
#include "base/quote.h"
#include "base/text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace lane {

namespace {

constexpr char hexDigits[] = "0123456789abcdef";

void appendUnit(uint16_t unit, std::string& out) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hexDigits[(unit >> shift) & 15];
}

void appendControl(char c, std::string& out) {
  switch (c) {
    case '\b': out += "\\b"; break;
    case '\f': out += "\\f"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default: appendUnit(static_cast<uint8_t>(c), out);
  }
}

/// Returns whether the three bytes of a surrogate are at `at`. In this project's text, a surrogate is always a lone
/// one.
bool isSurrogate(std::string_view text, size_t at) {
  return static_cast<uint8_t>(text[at]) == 0xED && at + 2 < text.size() && static_cast<uint8_t>(text[at + 1]) >= 0xA0;
}

/// Returns whether the character needs no escape in a JSON string.
bool isPlain(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte >= 0x20 && c != '"' && c != '\\' && byte != 0xED;
}

}  // namespace

void appendQuoted(std::string_view text, std::string& out) {
  out += '"';
  size_t copied = 0;
  for (size_t at = 0; at < text.size(); at++) {
    const char c = text[at];
    if (isPlain(c) || (static_cast<uint8_t>(c) == 0xED && !isSurrogate(text, at))) continue;
    out.append(text, copied, at - copied);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<uint8_t>(c) < 0x20) {
      appendControl(c, out);
    } else {
      appendUnit(static_cast<uint16_t>(0xD000 | (text[at + 1] & 0x3F) << 6 | (text[at + 2] & 0x3F)), out);
      at += 2;
    }
    copied = at + 1;
  }
  out.append(text, copied).append("\"");
}

void appendNumber(double number, std::string& out) {
  if (std::isnan(number)) {
    out += "NaN";
    return;
  }
  if (std::signbit(number) && number != 0) out += '-';
  if (std::isinf(number)) {
    out += "Infinity";
    return;
  }
  constexpr double wholeMax = 9007199254740992;  // up to 2^53, a whole number is written with all its digits
  if (const double size = std::fabs(number); size <= wholeMax && size == std::trunc(size)) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, static_cast<int64_t>(size));
    out.append(digits, end.ptr);
    return;
  }
  char shortest[40];  // "d.ddde+xxx": the fewest digits that read back as the same double
  const auto end =
      std::to_chars(shortest, shortest + sizeof shortest, std::fabs(number), std::chars_format::scientific);
  const std::string_view text = textBetween(shortest, end.ptr);
  const size_t mark = text.find('e');
  std::string digits(text.substr(0, 1));
  if (mark > 2) digits += text.substr(2, mark - 2);
  const int count = static_cast<int>(digits.size());
  int exponent = 0;
  const size_t sign = text[mark + 1] == '+' ? 1 : 0;
  std::from_chars(text.data() + mark + 1 + sign, end.ptr, exponent);
  const int point = exponent + 1;  // the number of digits before the decimal point
  if (point > 21 || point < -5) {
    out += digits[0];
    if (count > 1) out.append(".").append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<size_t>(-point), '0').append(digits);
  } else if (point >= count) {
    out.append(digits).append(static_cast<size_t>(point - count), '0');
  } else {
    out.append(digits, 0, static_cast<size_t>(point)).append(".").append(digits, static_cast<size_t>(point));
  }
}

}  // namespace lane
