// What a fold of kind scan has settled <-> a text that another process can go on from (docs/format.md 10, "Snapshots").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scan/state.h"

namespace lane {

/// A state of kind scan, and where in the file it was taken.
struct Settled {
  State state{FoldKind::scan};
  uint64_t offset = 0;
};

/// Texts of state, a JSON array or value a line.
std::string snapshotText(const State& state, uint64_t offset);

/// The reverse. Trusts nothing: throws std::invalid_argument for any text that `snapshotText` cannot have made.
Settled readSnapshot(std::string_view text);

}  // namespace lane
