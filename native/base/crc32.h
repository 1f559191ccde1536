// Computes the CRC-32 of zlib, PNG and Ethernet.
#pragma once

#include <cstdint>
#include <string_view>

namespace lane {

/// Returns the CRC-32 of the bytes for which it was `sum` followed by `bytes`. 0: of no bytes.
uint32_t crc32(uint32_t sum, std::string_view bytes);

/// Returns the CRC-32 of some bytes for which it is `first`, followed by `bytes` bytes for which it is `next`.
uint32_t joinCrc32(uint32_t first, uint32_t next, uint64_t bytes);

/// The ways to compute a CRC-32, for tests. The first one runs everywhere.
using Crc32 = uint32_t (*)(uint32_t sum, std::string_view bytes);
uint32_t crc32ByTable(uint32_t sum, std::string_view bytes);
/// Returns the carry-less multiplication, or null if the processor lacks it.
Crc32 crc32ByMultiplication() noexcept;

}  // namespace lane
