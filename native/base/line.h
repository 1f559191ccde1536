// What a line is (docs/format.md 2), and the limits that keep readers bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lane {

/// A line longer than this, its LF not counted, is unparseable whatever is in it (docs/format.md 2).
inline constexpr size_t lineBytesMax = 64 * 1024 * 1024;
/// How much of a damaged line a sentinel keeps (docs/format.md 3).
inline constexpr size_t rawBytesMax = 65536;
/// More open containers than this are unparseable, the outermost counted (docs/format.md 3).
inline constexpr size_t depthMax = 1024;

/// A line's number and the file offset of its first byte, both from 0; a byte order mark is before line 0.
struct Place {
  uint64_t line = 0;
  uint64_t offset = 0;
};

struct Line {
  /// Without the LF. Of a line over `lineBytesMax` only the first `rawBytesMax` bytes.
  /// At least 64 readable bytes follow. Valid until the next line is asked for.
  std::string_view bytes;
  Place place;
  /// Bytes of the whole line in the file, its LF included if it has one.
  uint64_t fileBytes = 0;
  /// Ends in LF. Only the last line of a file may not.
  bool terminated = false;
  /// Over `lineBytesMax`.
  bool overlong = false;
};

}  // namespace lane
