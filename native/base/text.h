// Measures and cuts text between two pointers into the same memory.
#pragma once

#include <cstddef>
#include <string_view>

namespace lane {

/// Returns the number of bytes from `begin` to `end`, which must not be before `begin`.
inline size_t bytesBetween(const char* begin, const char* end) { return static_cast<size_t>(end - begin); }

/// Returns the text from `begin` to `end`, which must not be before `begin`.
inline std::string_view textBetween(const char* begin, const char* end) { return {begin, bytesBetween(begin, end)}; }

}  // namespace lane
