// Folds a journal to its end.
#include "lj/fold.h"

#include <algorithm>

#include "lj/hand_over.h"
#include "lj/progress.h"
#include "lj/snapshot_file.h"

namespace lane {

namespace {

constexpr uint64_t stepBytes = 32 * 1024 * 1024;

uint64_t bytesIn(const Journal& journal) { return static_cast<uint64_t>(statusOf(journal.fd.get()).st_size); }

/// Folds to `end` or the end of the file.
void foldToEnd(const Journal& journal, Scan& scan, uint64_t end = UINT64_MAX) {
  Progress progress;
  const uint64_t bytes = std::min(bytesIn(journal), end);
  while (!scan.step(journal.fd.get(), stepBytes, end)) progress.show(scan.offset(), bytes);
  if (std::min(bytesIn(journal), end) < scan.offset()) throw HandOver();
}

void expectJournal(const Scan& scan) {
  if (scan.content() == Content::foreign) throw HandOver();
}

/// Returns the offset at which the lines before the bound end.
uint64_t findEnd(const Journal& journal, const Bound& bound) {
  Progress progress;
  const uint64_t bytes = bytesIn(journal);
  for (Cut cut;;) {
    cut = findCut(journal.fd.get(), cut.place, bound, stepBytes);
    if (cut.isFound) return cut.place.offset;
    if (cut.done) return UINT64_MAX;
    progress.show(cut.place.offset, bytes);
  }
}

/// Folds the lines before the bound. Without an entry among them, what follows decides whether the file is a journal.
std::unique_ptr<Scan> foldUntil(const Journal& journal, const Bound& bound, ScanOptions options) {
  Scan whole(options);
  options.end = findEnd(journal, bound);
  auto scan = std::make_unique<Scan>(options);
  foldToEnd(journal, *scan, options.end);
  if (scan->content() == Content::entries) return scan;
  while (whole.content() != Content::entries && !whole.step(journal.fd.get(), stepBytes)) {
  }
  expectJournal(whole);
  return scan;
}

}  // namespace

std::unique_ptr<Scan> foldJournal(const std::optional<Journal>& journal, const FoldPlan& plan) {
  ScanOptions options;
  options.kind = plan.kind;
  options.threads = plan.threads;
  if (!journal) return std::make_unique<Scan>(options);
  if (plan.until) return foldUntil(*journal, *plan.until, options);
  if (!plan.usesSnapshots || bytesIn(*journal) < snapshotBytesMin) {
    auto scan = std::make_unique<Scan>(options);
    foldToEnd(*journal, *scan);
    expectJournal(*scan);
    return scan;
  }
  options.kind = FoldKind::scan;
  SnapshotFile snapshot(*journal);
  auto scan = snapshot.resume(options);
  if (!scan) scan = std::make_unique<Scan>(options);
  foldToEnd(*journal, *scan);
  expectJournal(*scan);
  snapshot.save(*scan);
  return scan;
}

}  // namespace lane
