// Measures and cuts text as JavaScript does. Texts are UTF-8, except for lone surrogates, which are three bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lane {

/// Returns the code point that begins at `at` and moves `at` to the next one.
uint32_t nextCodePoint(std::string_view text, size_t& at);

/// Returns the length in UTF-16 units: that of a JavaScript string.
size_t unitsIn(std::string_view text);

/// Appends the first `units` UTF-16 units, at most. If the last of them is half a pair, it becomes a lone surrogate.
void appendUnits(std::string_view text, size_t units, std::string& out);

/// Returns the text without the white space of JavaScript's `trimEnd` at its end.
std::string_view trimmedEnd(std::string_view text);

/// Returns the text without the white space of JavaScript's `trim` at either end.
std::string_view trimmed(std::string_view text);

}  // namespace lane
