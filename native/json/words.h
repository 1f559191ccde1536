// JSON value -> what the fold makes of it: the empty, text and int of docs/format.md 4. Values are texts that JsonText
// called good.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace lane {

/// The largest integer that a double and its successor tell apart: JavaScript's Number.MAX_SAFE_INTEGER.
inline constexpr int64_t safeIntegerMax = (int64_t{1} << 53) - 1;

/// docs/format.md 4: absent, null, false, a number equal to 0, "", [], {}.
bool isEmpty(Value value);

/// The text of docs/format.md 4, as UTF-8 in which a lone surrogate stands as its three bytes. Uses `room` if the text
/// does not already stand in the value; the result borrows from one of the two.
std::string_view textOf(Value value, std::string& room);

/// The int of docs/format.md 4: a safe integer, 0 where the value is none.
int64_t intOf(Value value);

/// A JSON number that is a safe integer (docs/format.md 10), else nothing.
std::optional<int64_t> safeIntegerOf(Value value);

/// A JSON number, NaN or an infinity.
bool isNumber(Value value);
/// Its double, as ECMAScript reads it: out of range is an infinity or 0.
double numberOf(Value number);

/// Appends a string's characters, escapes resolved, lone surrogates as three bytes.
void appendUnescaped(std::string_view content, std::string& out);

/// The characters of a key or string content; borrowed from `content` where it has no escape, else from `room`.
std::string_view unescaped(std::string_view content, std::string& room);

}  // namespace lane
