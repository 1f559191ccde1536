// Computes the CRC-32 of zlib, PNG and Ethernet.
#pragma once

#include <cstdint>
#include <string_view>

namespace lane {

/// Returns the CRC-32 of the bytes for which it was `sum` followed by `bytes`. 0: of no bytes.
uint32_t crc32(uint32_t sum, std::string_view bytes);

}  // namespace lane
