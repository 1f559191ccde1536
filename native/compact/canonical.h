// Rewrites a JSON value as its canonical text (docs/format.md 8), but keeps every number as it is written
// (docs/format.md 7). The twin of src/compact/canonical.ts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "json/json.h"

namespace lane {

/// Appends the characters as a canonical string. `text` is UTF-8 with lone surrogates as three bytes each.
void appendCanonicalString(std::string_view text, std::string& out);

/// Appends the canonical text: keys by code point, the last of repeated keys, one spelling of strings and spaces.
/// `value` must be a text that JsonText called good.
void appendCanonical(Value value, std::string& out);

/// Returns the number of open containers, at most.
size_t depthOf(Value value);

/// Returns a lease as a compacted file holds it. Borrows from `lease`, or from `room` if the text was rewritten. A text
/// of more than a mebibyte of UTF-16 is kept as it is. Throws std::runtime_error if the rewritten text has another
/// value.
std::string_view compactedLease(Value lease, std::string& room);

}  // namespace lane
