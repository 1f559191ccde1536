// Computes the CRC-32, eight bytes at a time.
#include "base/crc32.h"

#include <array>
#include <cstddef>

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

uint32_t byteAt(std::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }

}  // namespace

uint32_t crc32(uint32_t sum, std::string_view bytes) {
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

}  // namespace lane
