// Defines a line (docs/format.md 2) and the limits that bound the readers' memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lane {

/// A line longer than this, its LF not counted, is unparseable (docs/format.md 2).
inline constexpr size_t lineBytesMax = 64 * 1024 * 1024;
/// The number of bytes of a damaged line that a sentinel keeps, at most (docs/format.md 3).
inline constexpr size_t rawBytesMax = 65536;
/// A line with more open containers than this, the outermost counted, is unparseable (docs/format.md 3).
inline constexpr size_t depthMax = 1024;

/// A line's number and the file offset of its first byte, both counted from 0. A byte order mark is before line 0.
struct Place {
  uint64_t line = 0;
  uint64_t offset = 0;
};

struct Line {
  /// The line without its LF; for a line over `lineBytesMax`, only its first `rawBytesMax` bytes. Valid until the next
  /// line is read.
  std::string_view bytes;
  Place place;
  /// The number of bytes of the whole line in the file, its LF included if it has one.
  uint64_t fileBytes = 0;
  /// Whether the line has its LF. Only the last line of a file may lack it.
  bool terminated = false;
  /// Whether the line is longer than `lineBytesMax`.
  bool overlong = false;
};

}  // namespace lane
