// Computes the CRC-32: by carry-less multiplication where the processor has it, else by tables, eight bytes at a time.
#include "base/crc32.h"

#include <array>
#include <cstddef>

#include "base/processor.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace lane {

namespace {

constexpr uint32_t polynomial = 0xEDB88320;
constexpr size_t strideBytes = 8;

using Tables = std::array<std::array<uint32_t, 256>, strideBytes>;

/// Table n holds the sums of one byte that n zero bytes follow.
constexpr Tables makeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t sum = byte;
    for (int bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? sum >> 1 ^ polynomial : sum >> 1;
    tables[0][byte] = sum;
  }
  for (size_t table = 1; table < strideBytes; table++) {
    for (size_t byte = 0; byte < 256; byte++) {
      const uint32_t before = tables[table - 1][byte];
      tables[table][byte] = before >> 8 ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr Tables tables = makeTables();

/// Returns the product of two polynomials of 32 bits, of which the highest bit is the constant, modulo that of the CRC.
uint32_t polynomialProduct(uint32_t a, uint32_t b) {
  uint32_t sum = 0;
  for (uint32_t bit = 0x80000000; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) sum ^= b;
    b = (b & 1) != 0 ? b >> 1 ^ polynomial : b >> 1;
  }
  return sum;
}

uint32_t byteAt(std::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }

}  // namespace

uint32_t joinCrc32(uint32_t first, uint32_t next, uint64_t bytes) {
  if (first == 0) return next;
  // The first sum is shifted by as many bits as follow: it is multiplied with x to the power of their number.
  uint32_t power = 0x80000000 >> 8;
  for (; bytes != 0; bytes >>= 1) {
    if ((bytes & 1) != 0) first = polynomialProduct(first, power);
    power = polynomialProduct(power, power);
  }
  return first ^ next;
}

uint32_t crc32ByTable(uint32_t sum, std::string_view bytes) {
  sum = ~sum;
  for (; bytes.size() >= strideBytes; bytes.remove_prefix(strideBytes)) {
    uint32_t next = 0;
    for (size_t at = 0; at < strideBytes; at++) {
      const uint32_t byte = at < 4 ? byteAt(bytes, at) ^ (sum >> (8 * at) & 0xFF) : byteAt(bytes, at);
      next ^= tables[strideBytes - 1 - at][byte];
    }
    sum = next;
  }
  for (size_t at = 0; at < bytes.size(); at++) sum = sum >> 8 ^ tables[0][(sum ^ byteAt(bytes, at)) & 0xFF];
  return ~sum;
}

#if defined(__x86_64__) && defined(__GNUC__)

namespace {

#define LANE_MULTIPLIES __attribute__((target("pclmul,sse4.1")))

constexpr size_t vectorBytes = sizeof(__m128i);
constexpr size_t foldBytes = 4 * vectorBytes;

LANE_MULTIPLIES inline __m128i loadVector(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

/// Moves a sum over as many bits as `powers` stands for, and adds what lies there.
LANE_MULTIPLIES inline __m128i foldVector(__m128i sum, __m128i powers, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(sum, powers, 0x00);
  const __m128i high = _mm_clmulepi64_si128(sum, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// Reduces a sum of 128 bits to one of 32.
LANE_MULTIPLIES inline uint32_t reduce(__m128i sum, __m128i powers128) {
  const __m128i low32 = _mm_setr_epi32(~0, 0, ~0, 0);
  const __m128i power64 = _mm_set_epi64x(0, 0x163cd6124);
  // The polynomial and its inverse for Barrett's reduction, both reflected.
  const __m128i barrett = _mm_set_epi64x(0x1f7011641, 0x1db710641);
  sum = _mm_xor_si128(_mm_srli_si128(sum, 8), _mm_clmulepi64_si128(sum, powers128, 0x10));
  const __m128i upper = _mm_srli_si128(sum, 4);
  sum = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(sum, low32), power64, 0x00), upper);
  __m128i part = _mm_clmulepi64_si128(_mm_and_si128(sum, low32), barrett, 0x10);
  part = _mm_clmulepi64_si128(_mm_and_si128(part, low32), barrett, 0x00);
  return static_cast<uint32_t>(_mm_extract_epi32(_mm_xor_si128(sum, part), 1));
}

/// After V. Gopal and others, "Fast CRC computation for generic polynomials using PCLMULQDQ instruction", Intel, 2009.
LANE_MULTIPLIES uint32_t multiplyCrc32(uint32_t sum, std::string_view bytes) {
  if (bytes.size() < foldBytes) return crc32ByTable(sum, bytes);
  // Powers of x modulo the polynomial, reflected: for 512 and for 128 bits.
  const __m128i powers512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i powers128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  const char* at = bytes.data();
  size_t left = bytes.size() - foldBytes;
  __m128i a = _mm_xor_si128(loadVector(at), _mm_cvtsi32_si128(static_cast<int>(~sum)));
  __m128i b = loadVector(at + vectorBytes);
  __m128i c = loadVector(at + 2 * vectorBytes);
  __m128i d = loadVector(at + 3 * vectorBytes);
  at += foldBytes;
  for (; left >= foldBytes; left -= foldBytes, at += foldBytes) {
    a = foldVector(a, powers512, loadVector(at));
    b = foldVector(b, powers512, loadVector(at + vectorBytes));
    c = foldVector(c, powers512, loadVector(at + 2 * vectorBytes));
    d = foldVector(d, powers512, loadVector(at + 3 * vectorBytes));
  }
  a = foldVector(a, powers128, b);
  a = foldVector(a, powers128, c);
  a = foldVector(a, powers128, d);
  for (; left >= vectorBytes; left -= vectorBytes, at += vectorBytes) a = foldVector(a, powers128, loadVector(at));
  return crc32ByTable(~reduce(a, powers128), {at, left});
}

#undef LANE_MULTIPLIES

}  // namespace

Crc32 crc32ByMultiplication() noexcept { return readProcessor().hasMultiplication ? multiplyCrc32 : nullptr; }

#else

Crc32 crc32ByMultiplication() noexcept { return nullptr; }

#endif

uint32_t crc32(uint32_t sum, std::string_view bytes) {
  static const Crc32 multiply = crc32ByMultiplication();
  return multiply == nullptr ? crc32ByTable(sum, bytes) : multiply(sum, bytes);
}

}  // namespace lane
