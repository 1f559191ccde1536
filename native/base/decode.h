// Decodes bytes to well-formed UTF-8 as WHATWG TextDecoder does: ill-formed subparts become U+FFFD (docs/format.md 3).
#pragma once

#include <string>
#include <string_view>

namespace lane {

/// Returns whether `bytes` are well-formed UTF-8.
bool isWellFormed(std::string_view bytes);

/// Appends `bytes` to `out`, each maximal ill-formed subpart replaced by U+FFFD.
void appendDecoded(std::string_view bytes, std::string& out);

/// Returns the text of a sentinel's `_raw`: the first `rawBytesMax` bytes of a damaged line, decoded and then trimmed
/// of space, TAB, LF, VT, FF and CR (docs/format.md 3).
std::string decodeRaw(std::string_view line);

}  // namespace lane
