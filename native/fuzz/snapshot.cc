// Takes the input as a saved state. It must be refused or read. A state that was read must save to a text that reads
// back as an equal state, and a fold must resume from it over any journal without harm.
#include "scan/snapshot.h"

#include <stdexcept>

#include "fuzz/answers.h"
#include "fuzz/input.h"

namespace {

void requireStable(const std::string& text) {
  const lane::Settled settled = lane::readSnapshot(text);
  fuzz::requireSame(lane::snapshotText(settled.state, settled.offset), text, "a saved state saved again");
}

std::string ordinarySnapshot() {
  const fuzz::File journal(fuzz::ordinaryJournal());
  lane::ScanOptions options;
  options.kind = lane::FoldKind::scan;
  options.threads = 1;
  lane::Scan scan(options);
  fuzz::foldToEnd(scan, journal, options.pieceBytes);
  return scan.snapshotText();
}

void readSaved(std::string_view text) {
  try {
    const lane::Settled settled = lane::readSnapshot(text);
    lane::snapshotText(settled.state, settled.offset);
  } catch (const std::invalid_argument&) {
    // The text is not a saved state. Finding that out takes time too, so its cost is checked as well.
    return;
  }
}

fuzz::CostOracle& cost() {
  static fuzz::CostOracle oracle(readSaved, ordinarySnapshot());
  return oracle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string text = input.text();
  fuzz::sampleCost(cost(), input, text);
  std::string saved;
  try {
    const lane::Settled settled = lane::readSnapshot(text);
    saved = lane::snapshotText(settled.state, settled.offset);
  } catch (const std::invalid_argument&) {
    return 0;
  }
  requireStable(saved);
  lane::ScanOptions options;
  options.kind = lane::FoldKind::scan;
  options.threads = 1;
  options.pieceBytes = fuzz::pieceBytes;
  lane::Scan scan(options, text, "a mark");
  // The state's offset may be anywhere. Its own text serves as the journal.
  const fuzz::File file(text);
  if (scan.offset() <= text.size()) fuzz::foldToEnd(scan, file, 1 + input.wideChoice(0));
  fuzz::answersOf(scan, options.kind);
  requireStable(scan.snapshotText());
  return 0;
}
