// Formats JSON values and text as the command prints them: the counterpart of src/cli/python.ts, src/cli/strict.ts and
// src/cli/printable.ts.
#pragma once

#include <string>
#include <string_view>

#include "lj/tree.h"

namespace lane {

/// Appends what Python's `json.dumps(items, indent=2, sort_keys=True)` prints for an item of an array.
void appendPythonItem(const Tree& item, std::string& out);

/// Appends a value as strict JSON, with `, ` and `: `. NaN and the infinities, which JSON lacks, become strings.
void appendStrict(const Tree& value, std::string& out);

/// Appends a single value or line for people: unprintable characters, LF included, become `\uXXXX`. `text` is UTF-8
/// with lone surrogates as three bytes.
void appendPrintable(std::string_view text, std::string& out);

}  // namespace lane
