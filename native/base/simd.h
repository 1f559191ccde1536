// Examines thirty-two bytes at a time with the vector instructions of the compiler's baseline. Bit i of a result
// describes byte i.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace lane {

/// The number of bytes that must be readable at each pointer passed to the functions below.
inline constexpr size_t wideBytes = 32;

/// `Bytes` holds sixteen bytes; match/match.cc defines wider ones. A comparison yields 0xFF for each byte where it is
/// true.
namespace wide {

#if defined(__SSE2__) || defined(_M_X64)

inline uint32_t special16(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // signed, so every byte from 0x80 on too
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), low)));
}

inline uint32_t stop16(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  return special16(at) & ~static_cast<uint32_t>(_mm_movemask_epi8(bytes));
}

inline uint32_t different16(const char* a, const char* b) {
  const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a));
  const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(x, y))) ^ 0xFFFF;
}

struct Bytes {
  static constexpr size_t count = 16;
  __m128i at;

  static Bytes load(const char* from) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))}; }
  static Bytes all(char c) { return {_mm_set1_epi8(c)}; }
  Bytes equal(Bytes other) const { return {_mm_cmpeq_epi8(at, other.at)}; }
  Bytes clamp(Bytes low, Bytes high) const { return {_mm_min_epu8(_mm_max_epu8(at, low.at), high.at)}; }
  Bytes different(Bytes other) const { return all('\xFF').without(equal(other)); }
  Bytes operator|(Bytes other) const { return {_mm_or_si128(at, other.at)}; }
  Bytes without(Bytes other) const { return {_mm_andnot_si128(other.at, at)}; }
  uint64_t bits() const { return static_cast<uint32_t>(_mm_movemask_epi8(at)); }
};

#elif defined(__aarch64__)

inline uint32_t bitsOf(uint8x16_t bytes) {
  const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t bits = vandq_u8(bytes, weights);
  return vaddv_u8(vget_low_u8(bits)) | static_cast<uint32_t>(vaddv_u8(vget_high_u8(bits))) << 8;
}

inline uint32_t special16(const char* at) {
  const uint8x16_t bytes = vld1q_u8(reinterpret_cast<const uint8_t*>(at));
  const uint8x16_t quote = vceqq_u8(bytes, vdupq_n_u8('"'));
  const uint8x16_t backslash = vceqq_u8(bytes, vdupq_n_u8('\\'));
  const uint8x16_t low = vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(0x20));  // signed, so from 0x80 on too
  return bitsOf(vorrq_u8(vorrq_u8(quote, backslash), low));
}

inline uint32_t stop16(const char* at) {
  const uint8x16_t bytes = vld1q_u8(reinterpret_cast<const uint8_t*>(at));
  return special16(at) & ~bitsOf(vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(0)));
}

inline uint32_t different16(const char* a, const char* b) {
  const uint8x16_t x = vld1q_u8(reinterpret_cast<const uint8_t*>(a));
  const uint8x16_t y = vld1q_u8(reinterpret_cast<const uint8_t*>(b));
  return bitsOf(vmvnq_u8(vceqq_u8(x, y)));
}

struct Bytes {
  static constexpr size_t count = 16;
  uint8x16_t at;

  static Bytes load(const char* from) { return {vld1q_u8(reinterpret_cast<const uint8_t*>(from))}; }
  static Bytes all(char c) { return {vdupq_n_u8(static_cast<uint8_t>(c))}; }
  Bytes equal(Bytes other) const { return {vceqq_u8(at, other.at)}; }
  Bytes clamp(Bytes low, Bytes high) const { return {vminq_u8(vmaxq_u8(at, low.at), high.at)}; }
  Bytes different(Bytes other) const { return {vmvnq_u8(vceqq_u8(at, other.at))}; }
  Bytes operator|(Bytes other) const { return {vorrq_u8(at, other.at)}; }
  Bytes without(Bytes other) const { return {vbicq_u8(at, other.at)}; }
  uint64_t bits() const { return bitsOf(at); }
};

#else

inline uint32_t special16(const char* at) {
  uint32_t bits = 0;
  for (int i = 0; i < 16; i++) {
    const auto c = static_cast<unsigned char>(at[i]);
    if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80) bits |= 1u << i;
  }
  return bits;
}

inline uint32_t stop16(const char* at) {
  uint32_t bits = special16(at);
  for (int i = 0; i < 16; i++) {
    if (static_cast<unsigned char>(at[i]) >= 0x80) bits &= ~(1u << i);
  }
  return bits;
}

inline uint32_t different16(const char* a, const char* b) {
  uint32_t bits = 0;
  for (int i = 0; i < 16; i++) bits |= static_cast<uint32_t>(a[i] != b[i]) << i;
  return bits;
}

struct Bytes {
  static constexpr size_t count = 8;
  uint8_t at[count];

  template <class Make>
  static Bytes make(Make byteAt) {
    Bytes made;
    for (size_t i = 0; i < count; i++) made.at[i] = static_cast<uint8_t>(byteAt(i));
    return made;
  }
  static Bytes load(const char* from) {
    return make([&](size_t i) { return from[i]; });
  }
  static Bytes all(char c) {
    return make([&](size_t) { return c; });
  }
  Bytes equal(Bytes other) const {
    return make([&](size_t i) { return at[i] == other.at[i] ? 0xFF : 0; });
  }
  Bytes clamp(Bytes low, Bytes high) const {
    return make([&](size_t i) { return std::min(std::max(at[i], low.at[i]), high.at[i]); });
  }
  Bytes different(Bytes other) const {
    return make([&](size_t i) { return at[i] != other.at[i] ? 0xFF : 0; });
  }
  Bytes operator|(Bytes other) const {
    return make([&](size_t i) { return at[i] | other.at[i]; });
  }
  Bytes without(Bytes other) const {
    return make([&](size_t i) { return at[i] & ~other.at[i]; });
  }
  uint64_t bits() const {
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) bits |= static_cast<uint64_t>(at[i] >> 7) << i;
    return bits;
  }
};

#endif

/// Sets the bit of each byte that is a quote, a backslash, a control character or not ASCII.
inline uint32_t special32(const char* at) { return special16(at) | special16(at + 16) << 16; }

/// Like `special32`, but bytes beyond ASCII are not set.
inline uint32_t stop32(const char* at) { return stop16(at) | stop16(at + 16) << 16; }

/// Sets the bit of each byte that differs.
inline uint32_t different32(const char* a, const char* b) {
  return different16(a, b) | different16(a + 16, b + 16) << 16;
}

/// The lengths of a text that the following functions examine without reading a byte after it.
inline constexpr size_t shortBytesMin = 16;
inline constexpr size_t shortBytesMax = 32;

/// Like `special32`, for a short text.
inline uint32_t specialIn(std::string_view text) {
  const size_t last = text.size() - 16;
  return special16(text.data()) | special16(text.data() + last) << last;
}

/// Like `different32`, for short texts of the same length.
inline uint32_t differentIn(std::string_view a, std::string_view b) {
  const size_t last = a.size() - 16;
  return different16(a.data(), b.data()) | different16(a.data() + last, b.data() + last) << last;
}

}  // namespace wide

/// Returns whether the character is a quote, a backslash, a control character or not ASCII.
inline bool isSpecial(char c) { return c == '"' || c == '\\' || static_cast<signed char>(c) < 0x20; }

inline int lowestBit(uint32_t bits) { return __builtin_ctz(bits); }
inline int lowestBit(uint64_t bits) { return __builtin_ctzll(bits); }

template <class Word>
inline bool equalWord(const char* a, const char* b) {
  Word x;
  Word y;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}

/// Compares short texts without a call. Reads no byte after them.
inline bool equalBytes(const char* a, const char* b, size_t bytes) {
  size_t i = 0;
  for (; i + 8 < bytes; i += 8) {
    if (!equalWord<uint64_t>(a + i, b + i)) return false;
  }
  if (bytes >= 8) return equalWord<uint64_t>(a + bytes - 8, b + bytes - 8);
  for (; i < bytes; i++) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace lane
