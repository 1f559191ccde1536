// Decides by grammar alone whether a line without its LF may be the beginning of an entry, as a torn append leaves it
// (docs/format.md 3). `PieceOf::takeLine` (scan/piece.h) decides between a torn tail and damage: it also considers the
// LF and the length of the line.
#pragma once

#include <string_view>

namespace lane {

/// Returns whether the bytes are the beginning of a line that holds one object, perhaps followed by NUL bytes, or
/// consist of NUL bytes alone. A whole object counts, because its line lacks the LF. `line` has no LF and may be
/// ill-formed UTF-8. Takes linear time and almost no memory.
bool isTear(std::string_view line);

}  // namespace lane
