// Folds a journal to its end.
#include "lj/fold.h"

#include <unistd.h>

#include "lj/hand_over.h"
#include "lj/snapshot_file.h"

namespace lane {

namespace {

/// Folding fewer bytes takes less than the second after which the JavaScript command shows a progress bar.
constexpr uint64_t silentBytes = 256 * 1024 * 1024;

uint64_t bytesIn(const Journal& journal) { return static_cast<uint64_t>(statusOf(journal.fd.get()).st_size); }

void foldToEnd(const Journal& journal, Scan& scan) {
  constexpr uint64_t stepBytes = 32 * 1024 * 1024;
  const uint64_t bytes = bytesIn(journal);
  if (bytes > scan.offset() + silentBytes && ::isatty(STDERR_FILENO) == 1) throw HandOver();
  while (!scan.step(journal.fd.get(), stepBytes)) {
  }
  if (bytesIn(journal) < scan.offset() || scan.content() == Content::foreign) throw HandOver();
}

}  // namespace

std::unique_ptr<Scan> foldJournal(const std::optional<Journal>& journal, const FoldPlan& plan) {
  ScanOptions options;
  options.kind = plan.kind;
  options.threads = plan.threads;
  if (!journal) return std::make_unique<Scan>(options);
  if (!plan.usesSnapshots || bytesIn(*journal) < snapshotBytesMin) {
    auto scan = std::make_unique<Scan>(options);
    foldToEnd(*journal, *scan);
    return scan;
  }
  options.kind = FoldKind::scan;
  SnapshotFile snapshot(*journal);
  auto scan = snapshot.resume(options);
  if (!scan) scan = std::make_unique<Scan>(options);
  foldToEnd(*journal, *scan);
  snapshot.save(*scan);
  return scan;
}

}  // namespace lane
