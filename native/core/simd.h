// Sixteen bytes at a time: which of them end a plain run of string characters, and whether two stretches are equal.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace lane {

/// Bytes that may be read past any place these functions are given.
inline constexpr size_t wideBytes = 16;

#if defined(__SSE2__) || defined(_M_X64)

/// One bit a byte: set where the byte is a quote, a backslash, a control character or not ASCII.
inline uint64_t specialBits(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // signed: also everything from 0x80
  return static_cast<uint64_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), low)));
}
inline constexpr int bitsPerByte = 1;

inline bool equal16(const char* a, const char* b) {
  const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a));
  const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b));
  return _mm_movemask_epi8(_mm_cmpeq_epi8(x, y)) == 0xFFFF;
}

#elif defined(__aarch64__)

/// Four bits a byte: set where the byte is a quote, a backslash, a control character or not ASCII.
inline uint64_t specialBits(const char* at) {
  const uint8x16_t bytes = vld1q_u8(reinterpret_cast<const uint8_t*>(at));
  const uint8x16_t quote = vceqq_u8(bytes, vdupq_n_u8('"'));
  const uint8x16_t backslash = vceqq_u8(bytes, vdupq_n_u8('\\'));
  const uint8x16_t low = vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(0x20));
  const uint8x16_t special = vorrq_u8(vorrq_u8(quote, backslash), low);
  return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(special), 4)), 0);
}
inline constexpr int bitsPerByte = 4;

inline bool equal16(const char* a, const char* b) {
  const uint8x16_t x = vld1q_u8(reinterpret_cast<const uint8_t*>(a));
  const uint8x16_t y = vld1q_u8(reinterpret_cast<const uint8_t*>(b));
  return vminvq_u8(vceqq_u8(x, y)) == 0xFF;
}

#else

inline uint64_t specialBits(const char* at) {
  uint64_t bits = 0;
  for (int i = 0; i < 16; i++) {
    const auto c = static_cast<unsigned char>(at[i]);
    if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80) bits |= uint64_t{1} << i;
  }
  return bits;
}
inline constexpr int bitsPerByte = 1;

inline bool equal16(const char* a, const char* b) { return std::memcmp(a, b, 16) == 0; }

#endif

template <class Word>
inline bool equalWord(const char* a, const char* b) {
  Word x;
  Word y;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}

/// Equality of `bytes` bytes, in loads that overlap instead of a loop over the rest.
inline bool equalBytes(const char* a, const char* b, size_t bytes) {
  if (bytes >= 16) {
    for (size_t i = 0; i + 16 < bytes; i += 16) {
      if (!equal16(a + i, b + i)) return false;
    }
    return equal16(a + bytes - 16, b + bytes - 16);
  }
  if (bytes >= 8) return equalWord<uint64_t>(a, b) && equalWord<uint64_t>(a + bytes - 8, b + bytes - 8);
  if (bytes >= 4) return equalWord<uint32_t>(a, b) && equalWord<uint32_t>(a + bytes - 4, b + bytes - 4);
  for (size_t i = 0; i < bytes; i++) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

/// True if none of the `bytes` characters is special, by the loads of `specialBits`.
inline bool isPlain(const char* at, size_t bytes) {
  if (bytes >= 16) {
    for (size_t i = 0; i + 16 < bytes; i += 16) {
      if (specialBits(at + i) != 0) return false;
    }
    return specialBits(at + bytes - 16) == 0;
  }
  const uint64_t inside = (uint64_t{1} << (bytes * bitsPerByte)) - 1;
  return (specialBits(at) & inside) == 0;
}

/// The first special character from `at` on. One must come before memory ends.
inline const char* findSpecial(const char* at) {
  for (;;) {
    const uint64_t bits = specialBits(at);
    if (bits != 0) return at + __builtin_ctzll(bits) / bitsPerByte;
    at += 16;
  }
}

}  // namespace lane
