// Reads the entries of a stretch of a journal as one JSON array. Damaged lines become sentinels in their places, and a
// torn tail is dropped (docs/format.md 3).
#pragma once

#include <string>

#include "base/line.h"
#include "scan/file.h"

namespace lane {

struct EntriesText {
  std::string text;
  /// The place at which the next stretch begins.
  Place next;
  /// Whether the end of the file was reached.
  bool done = false;
};

/// Reads from the start of a line until about `bytesMax` bytes, and at least one line, were read. Keeps no state.
EntriesText readEntriesText(OpenFile file, Place from, uint64_t bytesMax);

}  // namespace lane
