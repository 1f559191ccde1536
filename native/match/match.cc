// Implements the kernels that match a line with the widest instructions of the processor.
#include "match/match.h"

#include <bit>
#include <cstring>
#include <string_view>

#include "base/decode.h"
#include "base/number.h"
#include "base/processor.h"
#include "base/simd.h"
#include "json/json.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lane {

namespace {

/// A wrong guess costs more than a search, so guess only after this many right ones in a row.
constexpr uint8_t shapeTrustMax = 16;

/// Returns the position after the escape at `at`, or null if it is not one of JSON's.
const char* skipEscape(const char* at) {
  if (at[1] != 'u') return isEscapeLetter(at[1]) ? at + 2 : nullptr;
  for (int i = 2; i < 6; i++) {
    if (!isHexDigit(at[i])) return nullptr;
  }
  return at + 6;
}

/// Returns the closing quote of a string that is plain up to `special`, or null if the string has a bad escape, a
/// control character or ill-formed UTF-8.
const char* findQuote(const char* special) {
  bool isAscii = true;
  size_t skipped = 0;  // the bytes of a block that belong to an escape
  for (const char* block = special;; block += wideBytes) {
    const uint32_t stopsHere = wide::stop32(block);
    isAscii = isAscii && wide::special32(block) == stopsHere;
    uint32_t stops = stopsHere & ~uint32_t{0} << skipped;
    skipped = 0;
    while (stops != 0) {
      const char* at = block + lowestBit(stops);
      if (*at == '"') {
        const std::string_view rest(special, static_cast<size_t>(at - special));
        return isAscii || isWellFormed(rest) ? at : nullptr;
      }
      const char* next = *at == '\\' ? skipEscape(at) : nullptr;
      if (next == nullptr) return nullptr;
      const auto after = static_cast<size_t>(next - block);
      skipped = after < wideBytes ? 0 : after - wideBytes;
      stops = after < wideBytes ? stops & ~uint32_t{0} << after : 0;
    }
  }
}

/// Returns the end of a number. The text after it in the shape cannot continue the number.
const char* endOfNumber(const char* at, ShapeSlot& slot) {
  const uint32_t guess = slot.guess;
  if (guess != 0 && at[0] != '0' && areDigits(at, guess) && !isDigit(at[guess])) return at + guess;
  const char* end = skipNumber(at, at + PaddedText::paddingBytes);
  if (end == nullptr || static_cast<size_t>(end - at) == PaddedText::paddingBytes) return nullptr;
  const auto bytes = static_cast<size_t>(end - at);
  slot.guess = bytes <= 8 ? static_cast<uint32_t>(bytes) : 0;
  return end;
}

namespace baseline {

using wide::Bytes;
using wide::different32;
using wide::special32;

#include "match/match.inc"

}  // namespace baseline

#if defined(__x86_64__) && defined(__GNUC__)
#define LANE_HAS_AVX2 1
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi")
#endif
namespace avx2 {

struct Bytes {
  static constexpr size_t count = 32;
  __m256i at;

  static Bytes load(const char* from) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))}; }
  static Bytes all(char c) { return {_mm256_set1_epi8(c)}; }
  Bytes equal(Bytes other) const { return {_mm256_cmpeq_epi8(at, other.at)}; }
  Bytes clamp(Bytes low, Bytes high) const { return {_mm256_min_epu8(_mm256_max_epu8(at, low.at), high.at)}; }
  Bytes different(Bytes other) const { return all('\xFF').without(equal(other)); }
  Bytes operator|(Bytes other) const { return {_mm256_or_si256(at, other.at)}; }
  Bytes without(Bytes other) const { return {_mm256_andnot_si256(other.at, at)}; }
  uint64_t bits() const { return static_cast<uint32_t>(_mm256_movemask_epi8(at)); }
};

inline uint32_t special32(const char* at) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
  const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
  const __m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes);  // signed, so every byte from 0x80 on too
  return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, backslash), low)));
}

inline uint32_t different32(const char* a, const char* b) {
  const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a));
  const __m256i y = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b));
  return ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, y)));
}

#include "match/match.inc"

}  // namespace avx2
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512bw,avx512vl,bmi"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512bw,avx512vl,bmi")
#endif
namespace avx512 {

/// The result of a comparison: one bit for each byte.
struct Truth {
  uint64_t held;

  Truth operator|(Truth other) const { return {held | other.held}; }
  Truth without(Truth other) const { return {held & ~other.held}; }
  uint64_t bits() const { return held; }
};

struct Bytes {
  static constexpr size_t count = 64;
  __m512i at;

  static Bytes load(const char* from) { return {_mm512_loadu_si512(from)}; }
  static Bytes all(char c) { return {_mm512_set1_epi8(c)}; }
  Truth equal(Bytes other) const { return {_mm512_cmpeq_epi8_mask(at, other.at)}; }
  Truth different(Bytes other) const { return {_mm512_cmpneq_epi8_mask(at, other.at)}; }
  Bytes clamp(Bytes low, Bytes high) const { return {_mm512_min_epu8(_mm512_max_epu8(at, low.at), high.at)}; }
};

inline uint32_t special32(const char* at) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  return _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8('"')) | _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8('\\')) |
         _mm256_cmplt_epi8_mask(bytes, _mm256_set1_epi8(0x20));  // signed, so every byte from 0x80 on too
}

inline uint32_t different32(const char* a, const char* b) {
  const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a));
  const __m256i y = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b));
  return _mm256_cmpneq_epi8_mask(x, y);
}

#include "match/match.inc"

}  // namespace avx512
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

/// Runs while the library is loaded, so it must not throw.
Matcher chooseMatcher() noexcept {
#if defined(LANE_MATCHER)
  // The tests build with each set of instructions that the processor has.
  return {LANE_MATCHER::matchShape, LANE_MATCHER::readOutline, LANE_MATCHER::isWithin, "chosen when it was built"};
#else
#if defined(LANE_HAS_AVX2)
  const Processor processor = readProcessor();
  if (processor.hasAvx512) {
    return {avx512::matchShape, avx512::readOutline, avx512::isWithin, "avx512"};
  }
  if (processor.hasAvx2) {
    return {avx2::matchShape, avx2::readOutline, avx2::isWithin, "avx2"};
  }
#endif
  return {baseline::matchShape, baseline::readOutline, baseline::isWithin, "baseline"};
#endif
}

}  // namespace

const Matcher matcher = chooseMatcher();

}  // namespace lane
