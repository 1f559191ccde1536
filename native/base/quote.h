// Characters and numbers -> JSON text, as ECMAScript's JSON.stringify writes them.
#pragma once

#include <string>
#include <string_view>

namespace lane {

/// Appends `text` (UTF-8, lone surrogates as three bytes) as a JSON string: well-formed, lone surrogates escaped.
void appendQuoted(std::string_view text, std::string& out);

/// Appends a double as ECMAScript's String(number) does: "NaN" and "-Infinity" too, -0 as "0".
void appendNumber(double number, std::string& out);

}  // namespace lane
