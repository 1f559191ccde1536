// Reads a time stamp, as src/core/stamp.ts does (docs/format.md 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lane {

/// The instants that a stamp may stand for, in milliseconds since 1970.
struct Moments {
  int64_t first = 0;
  /// Later than `first` only for a stamp without seconds: the last second of its minute.
  int64_t last = 0;
};

/// `text` is the content of a string with its escapes resolved. Returns nothing if it is not a stamp.
std::optional<Moments> readStamp(std::string_view text);

}  // namespace lane
