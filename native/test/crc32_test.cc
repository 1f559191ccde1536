// Tests the CRC-32: both ways to compute it against each other bit by bit, and joined sums.
#include "base/crc32.h"

#include <random>
#include <string>

#include "test/check.h"

namespace {

/// Divides bit by bit.
uint32_t divide(uint32_t sum, std::string_view bytes) {
  sum = ~sum;
  for (const char byte : bytes) {
    sum ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
  }
  return ~sum;
}

std::string randomBytes(std::mt19937& random, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += static_cast<char>(random());
  return text;
}

}  // namespace

TEST("the CRC-32 is that of zlib, for every length up to some blocks and at every place") {
  CHECK_EQUAL(lane::crc32(0, "123456789"), 0xCBF43926U);
  std::mt19937 random(20);
  const lane::Crc32 multiply = lane::crc32ByMultiplication();
  for (size_t bytes = 0; bytes < 400; bytes++) {
    const std::string text = randomBytes(random, bytes);
    const auto before = static_cast<uint32_t>(random());
    const uint32_t expected = divide(before, text);
    CHECK_EQUAL(lane::crc32ByTable(before, text), expected);
    if (multiply != nullptr) CHECK_EQUAL(multiply(before, text), expected);
    CHECK_EQUAL(lane::crc32(before, text), expected);
  }
}

TEST("two sums are joined to that of the bytes one after the other") {
  std::mt19937 random(21);
  for (size_t bytes = 0; bytes < 300; bytes++) {
    const std::string text = randomBytes(random, bytes);
    const size_t cut = bytes == 0 ? 0 : random() % (bytes + 1);
    const std::string_view whole = text;
    const uint32_t joined =
        lane::joinCrc32(lane::crc32(0, whole.substr(0, cut)), lane::crc32(0, whole.substr(cut)), bytes - cut);
    CHECK_EQUAL(joined, lane::crc32(0, text));
  }
}
