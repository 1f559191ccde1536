// Bytes -> well-formed UTF-8, ill-formed subparts as U+FFFD (docs/format.md 3), the way WHATWG TextDecoder does it.
#pragma once

#include <string>
#include <string_view>

namespace lane {

/// True if `bytes` are well-formed UTF-8.
bool isWellFormed(std::string_view bytes);

/// Appends `bytes` to `out`, each maximal ill-formed subpart replaced by U+FFFD.
void appendDecoded(std::string_view bytes, std::string& out);

/// The text a sentinel carries as `_raw`: the first `rawBytesMax` bytes of a damaged line, decoded, then trimmed of
/// space, TAB, LF, VT, FF and CR (docs/format.md 3).
std::string decodeRaw(std::string_view line);

}  // namespace lane
