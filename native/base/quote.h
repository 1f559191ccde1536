// Writes characters and numbers as JSON text in the same way as ECMAScript's JSON.stringify.
#pragma once

#include <string>
#include <string_view>

namespace lane {

/// Appends `text` as a JSON string. `text` is UTF-8 with lone surrogates as three bytes each; they are written as
/// escapes.
void appendQuoted(std::string_view text, std::string& out);

/// Appends a double as ECMAScript's String(number) does: also "NaN" and "-Infinity", and -0 as "0".
void appendNumber(double number, std::string& out);

}  // namespace lane
