// Measures and cuts text between two pointers into the same memory.
#pragma once

#include <cstddef>
#include <string_view>

namespace lane {

/// The number of bytes from `begin` up to `end`, which must not be before `begin`.
inline size_t bytesBetween(const char* begin, const char* end) { return static_cast<size_t>(end - begin); }

/// The text from `begin` up to `end`, which must not be before `begin`.
inline std::string_view textBetween(const char* begin, const char* end) { return {begin, bytesBetween(begin, end)}; }

}  // namespace lane
