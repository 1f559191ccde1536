// Formats JSON values and text as the command prints them.
#include "lj/print.h"

#include <cmath>
#include <cstdint>
#include <cstdio>

#include <charconv>

#include "base/quote.h"
#include "lj/characters.h"

namespace lane {

namespace {

/// Control characters, line and paragraph separators, bidirectional marks, lone surrogates and the byte order mark.
bool isUnprintable(uint32_t code) {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0xD800 && code < 0xE000)) return true;
  if (code >= 0x202A && code <= 0x202E) return true;
  if (code >= 0x2066 && code <= 0x2069) return true;
  switch (code) {
    case 0x061C:
    case 0x200E:
    case 0x200F:
    case 0x2028:
    case 0x2029:
    case 0xFEFF: return true;
    default: return false;
  }
}

void appendUnit(uint32_t unit, std::string& out) {
  char text[7];
  std::snprintf(text, sizeof text, "\\u%04x", unit & 0xFFFF);
  out.append(text, 6);
}

/// Appends a code point as one escape or, above U+FFFF, as two.
void appendEscape(uint32_t code, std::string& out) {
  if (code > 0xFFFF) {
    appendUnit(0xD800 + ((code - 0x10000) >> 10), out);
    appendUnit(0xDC00 + ((code - 0x10000) & 0x3FF), out);
  } else {
    appendUnit(code, out);
  }
}

/// Appends the short escape of a character, if it has one.
bool appendShortEscape(uint32_t code, std::string& out) {
  switch (code) {
    case '"': out += "\\\""; return true;
    case '\\': out += "\\\\"; return true;
    case '\b': out += "\\b"; return true;
    case '\f': out += "\\f"; return true;
    case '\n': out += "\\n"; return true;
    case '\r': out += "\\r"; return true;
    case '\t': out += "\\t"; return true;
    default: return false;
  }
}

enum class Characters : uint8_t {
  printable,
  ascii,
};

/// Appends a JSON string in which only printable or only printable ASCII characters are written as they are.
void appendString(std::string_view text, Characters kept, std::string& out) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const uint32_t code = nextCodePoint(text, at);
    if (appendShortEscape(code, out)) continue;
    if (isUnprintable(code) || (kept == Characters::ascii && code >= 0x80)) {
      appendEscape(code, out);
    } else {
      out.append(text, begin, at - begin);
    }
  }
  out += '"';
}

/// Appends a number as Python does, as far as a double allows: an integral one as an `int`, any other as the shortest
/// `float`.
void appendPythonNumber(double number, std::string& out) {
  constexpr double integersEnd = 1e21;
  constexpr double fractionsBegin = 1e-4;
  char text[40];
  if (number == 0) {
    out += '0';
  } else if (std::trunc(number) == number && std::fabs(number) < integersEnd) {
    out.append(text, static_cast<size_t>(std::snprintf(text, sizeof text, "%.0f", number)));
  } else if (std::isfinite(number) && std::fabs(number) < fractionsBegin) {
    const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific);
    out.append(text, end.ptr);
  } else {
    appendNumber(number, out);
  }
}

/// `lineStart` is a line feed followed by the indentation of the value's first line.
void appendPython(const Tree& value, const std::string& lineStart, std::string& out) {
  switch (value.kind) {
    case Tree::Kind::string: return appendString(value.text, Characters::ascii, out);
    case Tree::Kind::number: return appendPythonNumber(value.number, out);
    case Tree::Kind::word: out += value.text; return;
    case Tree::Kind::array:
    case Tree::Kind::object: break;
  }
  const bool isArray = value.kind == Tree::Kind::array;
  const std::string inner = lineStart + "  ";
  out += isArray ? '[' : '{';
  for (const Member& member : value.members) {
    if (&member != &value.members.front()) out += ',';
    out += inner;
    if (!isArray) {
      appendString(member.key, Characters::ascii, out);
      out += ": ";
    }
    appendPython(member.value, inner, out);
  }
  if (!value.members.empty()) out += lineStart;
  out += isArray ? ']' : '}';
}

void appendStrictNumber(double number, std::string& out) {
  if (!std::isfinite(number)) out += '"';
  appendNumber(number, out);
  if (!std::isfinite(number)) out += '"';
}

}  // namespace

void appendPythonItem(const Tree& item, std::string& out) { appendPython(item, "\n  ", out); }

void appendStrict(const Tree& value, std::string& out) {
  switch (value.kind) {
    case Tree::Kind::string: return appendString(value.text, Characters::printable, out);
    case Tree::Kind::number: return appendStrictNumber(value.number, out);
    case Tree::Kind::word: out += value.text; return;
    case Tree::Kind::array:
    case Tree::Kind::object: break;
  }
  const bool isArray = value.kind == Tree::Kind::array;
  out += isArray ? '[' : '{';
  for (const Member& member : value.members) {
    if (&member != &value.members.front()) out += ", ";
    if (!isArray) {
      appendString(member.key, Characters::printable, out);
      out += ": ";
    }
    appendStrict(member.value, out);
  }
  out += isArray ? ']' : '}';
}

void appendPrintable(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const uint32_t code = nextCodePoint(text, at);
    if (isUnprintable(code)) {
      appendEscape(code, out);
    } else {
      out.append(text, begin, at - begin);
    }
  }
}

}  // namespace lane
