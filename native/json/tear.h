// Tells whether a last line that does not parse is what a torn append leaves behind (docs/format.md 3).
#pragma once

#include <string_view>

namespace lane {

/// Whether the bytes are the beginning of a line that holds one object, perhaps followed by NUL bytes, or NUL bytes
/// alone. The whole object counts: its line lacks the LF. `line` has no LF and may be ill-formed UTF-8. Takes time
/// proportional to its length, and no memory to speak of.
bool isTear(std::string_view line);

}  // namespace lane
