// A stretch of a journal -> its entries as one JSON array, sentinels in their places, a torn tail dropped
// (docs/format.md 3).
#pragma once

#include <string>

#include "base/line.h"
#include "scan/file.h"

namespace lane {

struct EntriesText {
  std::string text;
  /// Where the next stretch begins.
  Place next;
  /// The end of the file was reached.
  bool done = false;
};

/// Reads from a line's start until about `bytesMax` bytes of journal are taken, at least one line. Keeps nothing.
EntriesText readEntriesText(OpenFile file, Place from, uint64_t bytesMax);

}  // namespace lane
