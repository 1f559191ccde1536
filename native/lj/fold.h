// Folds a journal to its end, as src/read/fold.ts does. Throws HandOver for a file that is not a journal and for one
// that becomes shorter meanwhile.
#pragma once

#include <memory>
#include <optional>

#include "lj/journal.h"
#include "scan/cut.h"
#include "scan/scan.h"

namespace lane {

struct FoldPlan {
  FoldKind kind = FoldKind::replay;
  /// 0: as many as are useful.
  unsigned threads = 0;
  /// Whether the fold may start from a snapshot and write one. It is then of kind `scan`.
  bool usesSnapshots = false;
  /// Fold only the lines before this bound (docs/format.md 10, "Points in time").
  std::optional<Bound> until;
};

/// Folds the content of `journal`; nothing is an empty journal.
std::unique_ptr<Scan> foldJournal(const std::optional<Journal>& journal, const FoldPlan& plan);

}  // namespace lane
