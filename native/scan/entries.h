// Reads the entries of a stretch of a journal as one JSON array. Damaged lines become sentinels in their places, and a
// torn tail is dropped (docs/format.md 3).
#pragma once

#include <string>
#include <vector>

#include "base/line.h"
#include "scan/file.h"
#include "scan/mark.h"

namespace lane {

struct EntriesRequest {
  /// The start of a line.
  Place from;
  /// The number of bytes to read, about; at least one line is read.
  uint64_t bytesMax = 0;
  /// Whether to include the last line of the file if it lacks its LF. It is not settled in either case.
  bool withLast = true;
};

/// The place of an entry's line, and the line's length without its LF.
struct LinePlace {
  Place place;
  uint64_t bytes = 0;
};

struct EntriesText {
  std::string text;
  /// One for each item of the array.
  std::vector<LinePlace> places;
  /// The place of the first line that is not settled, at which the next stretch begins.
  Place next;
  /// Whether the end of the file was reached.
  bool done = false;
};

/// Keeps no state between calls. `mark`, if not null, holds the bytes before `request.from` as far as they are known,
/// and then those before `next`.
EntriesText readEntriesText(OpenFile file, const EntriesRequest& request, Mark* mark = nullptr);

}  // namespace lane
