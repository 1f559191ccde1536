// Formats what `lj tail` prints: the counterpart of src/cli/verbs/tail.ts.
#pragma once

#include <cstdint>
#include <string>

#include "lj/journal.h"

namespace lane {

struct TailText {
  std::string output;
  /// Whether the first batch has an entry that is not a sentinel. Without one, only a fold can decide whether the file
  /// is a journal.
  bool isJournal = false;
};

/// Formats the last `count` entries; 0: all. Throws as `readLastEntries` does, and for a very long entry.
TailText formatTail(const Journal& journal, uint64_t count, bool json);

}  // namespace lane
