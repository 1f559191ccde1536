// Rewrites a container's text as JSON.stringify would write the value that JSON.parse reads from it. Such a text
// identifies odd values (docs/format.md 4).
#pragma once

#include <string>

#include "json/json.h"

namespace lane {

/// Appends the text: without spaces, repeated keys at their first place with their last value, array indexes before
/// other keys, numbers as doubles, NaN and infinities as null. `value` must be a text that JsonText called good.
void appendStringified(Value value, std::string& out);

}  // namespace lane
