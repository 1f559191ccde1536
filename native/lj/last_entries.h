// Reads the last entries of a journal from the end of the file: the counterpart of src/read/tail.ts.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "json/json.h"
#include "lj/journal.h"
#include "scan/entries.h"

namespace lane {

/// Receives a batch, and the range of those of its entries that belong to the last ones.
using TakeBatch = std::function<void(const EntriesText& batch, size_t begin, size_t end)>;

/// Reads the last `count` entries in file order; 0: all. The batches are those of the JavaScript command, whose table
/// gets the widths of one batch after the other. None is empty. Throws HandOver if the entries take too much memory,
/// and for a file that becomes shorter meanwhile.
void readLastEntries(const Journal& journal, uint64_t count, const TakeBatch& take);

/// Receives the text of an entry and its members.
using VisitEntry = std::function<void(Value entry, const std::vector<Child>& members)>;

/// Visits the entries of a batch in order. Throws HandOver if one of them nests too deeply to be read within an array.
void visitEntries(const EntriesText& batch, const VisitEntry& visit);

/// Returns whether these are the members of a sentinel (docs/format.md 3).
bool isSentinel(const std::vector<Child>& members);

}  // namespace lane
