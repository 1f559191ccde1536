// Finds the offset at which the lines before a bound end (docs/format.md 10, "Points in time").
#pragma once

#include <cstdint>

#include "base/line.h"
#include "scan/file.h"

namespace lane {

/// The bound of a prefix of a journal.
struct Bound {
  enum class Kind : uint8_t {
    line,    // the number of lines in the prefix, blank ones included
    offset,  // the size of the prefix in bytes, at most; a line that ends after it is left out
    seq,     // the prefix ends before the first entry with a higher number
    ts,      // the prefix ends before the first entry with a later `ts`, in milliseconds since 1970
  };

  Kind kind = Kind::line;
  int64_t value = 0;
};

struct Cut {
  /// The first line that is left out, once it is found; until then the line at which the search continues.
  Place place;
  bool isFound = false;
  /// Whether the end of the file was reached.
  bool done = false;
};

/// Searches from the start of a line until about `bytesMax` bytes, and at least one line, were read. Keeps no state.
Cut findCut(OpenFile file, Place from, const Bound& bound, uint64_t bytesMax);

}  // namespace lane
