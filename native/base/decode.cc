// Decodes bytes to well-formed UTF-8.
#include "base/decode.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>

#include "base/line.h"

namespace lane {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Sequence {
  size_t size;  // the number of bytes taken
  bool good;    // whether it is a whole character rather than a maximal ill-formed subpart
};

/// The bounds of the second byte depend on the first. All further bytes are 80..BF (Unicode table 3-7).
Sequence nextSequence(const uint8_t* p, size_t left) {
  const uint8_t first = p[0];
  if (first < 0x80) return {1, true};
  size_t size = 0;
  uint8_t low = 0x80;
  uint8_t high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    size = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    size = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    size = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  } else {
    return {1, false};
  }
  for (size_t i = 1; i < size; i++) {
    if (i == left || p[i] < low || p[i] > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {size, true};
}

}  // namespace

bool isWellFormed(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

void appendDecoded(std::string_view bytes, std::string& out) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t goodFrom = 0;
  size_t at = 0;
  while (at < bytes.size()) {
    const Sequence next = nextSequence(data + at, bytes.size() - at);
    if (!next.good) {
      out.append(bytes.substr(goodFrom, at - goodFrom));
      out.append(replacement);
      goodFrom = at + next.size;
    }
    at += next.size;
  }
  out.append(bytes.substr(goodFrom));
}

std::string decodeRaw(std::string_view line) {
  constexpr std::string_view trimmed = " \t\n\v\f\r";
  std::string text;
  appendDecoded(line.substr(0, rawBytesMax), text);
  const size_t last = text.find_last_not_of(trimmed);
  if (last == std::string::npos) return {};
  text.resize(last + 1);
  text.erase(0, text.find_first_not_of(trimmed));
  return text;
}

}  // namespace lane
