// Measures and cuts text as JavaScript does.
#include "lj/characters.h"

namespace lane {

namespace {

/// The first code point that takes two UTF-16 units.
constexpr uint32_t pairsBegin = 0x10000;

bool isSpace(uint32_t code) {
  if (code >= 0x2000 && code <= 0x200A) return true;
  if (code >= '\t' && code <= '\r') return true;
  switch (code) {
    case ' ':
    case 0x00A0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
    case 0xFEFF: return true;
    default: return false;
  }
}

/// Returns the start of the code point that ends at `end`.
size_t startBefore(std::string_view text, size_t end) {
  size_t start = end - 1;
  while (start > 0 && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80) start--;
  return start;
}

}  // namespace

uint32_t nextCodePoint(std::string_view text, size_t& at) {
  const auto first = static_cast<uint8_t>(text[at++]);
  if (first < 0x80) return first;
  const size_t more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  uint32_t code = first & (0x3F >> more);
  for (size_t i = 0; i < more && at < text.size(); i++) code = code << 6 | (static_cast<uint8_t>(text[at++]) & 0x3F);
  return code;
}

size_t unitsIn(std::string_view text) {
  size_t units = 0;
  for (size_t at = 0; at < text.size();) units += nextCodePoint(text, at) < pairsBegin ? 1U : 2U;
  return units;
}

void appendUnits(std::string_view text, size_t units, std::string& out) {
  for (size_t at = 0; at < text.size() && units > 0;) {
    const size_t begin = at;
    const uint32_t code = nextCodePoint(text, at);
    if (code >= pairsBegin && units == 1) {
      const uint32_t high = 0xD800 + ((code - pairsBegin) >> 10);
      out += static_cast<char>(0xE0 | high >> 12);
      out += static_cast<char>(0x80 | (high >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (high & 0x3F));
      return;
    }
    out.append(text, begin, at - begin);
    units -= code < pairsBegin ? 1U : 2U;
  }
}

std::string_view trimmedEnd(std::string_view text) {
  while (!text.empty()) {
    const size_t start = startBefore(text, text.size());
    size_t at = start;
    if (!isSpace(nextCodePoint(text, at))) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  text = trimmedEnd(text);
  for (size_t at = 0; at < text.size() && isSpace(nextCodePoint(text, at)); at = 0) text.remove_prefix(at);
  return text;
}

}  // namespace lane
