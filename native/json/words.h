// Computes the empty, text and int of docs/format.md 4 from a JSON value. Values are texts that JsonText called good.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace lane {

/// The largest integer that a double distinguishes from its successor: JavaScript's Number.MAX_SAFE_INTEGER.
inline constexpr int64_t safeIntegerMax = (int64_t{1} << 53) - 1;

/// Returns whether the value is empty by docs/format.md 4: absent, null, false, a number equal to 0, "", [] or {}.
bool isEmpty(Value value);

/// Returns the text of docs/format.md 4 as UTF-8 with a lone surrogate as three bytes. The result borrows from the
/// value, or from `room` if the value does not contain it as written.
std::string_view textOf(Value value, std::string& room);

/// Returns the int of docs/format.md 4: a safe integer, or 0 if the value is none.
int64_t intOf(Value value);

/// Returns the value of a JSON number that is a safe integer (docs/format.md 10); nothing for any other value.
std::optional<int64_t> safeIntegerOf(Value value);

/// Returns whether the value is a JSON number, NaN or an infinity.
bool isNumber(Value value);
/// Returns the double that ECMAScript reads. A number out of range becomes an infinity or 0.
double numberOf(Value number);

/// Appends a string's characters with escapes resolved and lone surrogates as three bytes.
void appendUnescaped(std::string_view content, std::string& out);

/// Returns the characters of a key or string. Borrows from `content` if it has no escapes, else from `room`.
std::string_view unescaped(std::string_view content, std::string& room);

}  // namespace lane
