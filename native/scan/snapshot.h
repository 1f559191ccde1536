// Writes the settled state of a scan as a text from which another process can continue, and reads it back
// (docs/format.md 10, "Snapshots").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scan/state.h"

namespace lane {

/// The state of a scan, and the offset in the file at which it was taken.
struct Settled {
  State state{FoldKind::scan};
  uint64_t offset = 0;
};

/// Returns the state as text: one JSON array or value in each line.
std::string snapshotText(const State& state, uint64_t offset);

/// Reads a state back. Throws std::invalid_argument for a text that `snapshotText` cannot have written.
Settled readSnapshot(std::string_view text);

}  // namespace lane
