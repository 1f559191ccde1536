// A container's text -> what JSON.stringify gives for it as JSON.parse reads it: the identity of odd values
// (docs/format.md 4).
#pragma once

#include <string>

#include "json/json.h"

namespace lane {

/// Appends it: no spaces, the last of repeated keys at the place of the first, array indexes before other keys,
/// numbers as doubles, NaN and infinities as null. `value` is a text that JsonText called good.
void appendStringified(Value value, std::string& out);

}  // namespace lane
