// Bytes as a saved state. It must be refused as such or read; what was read must save to a text that reads back to an
// equal one, and a fold must go on from it over any journal without harm.
#include "scan/snapshot.h"

#include <stdexcept>

#include "fuzz/answers.h"
#include "fuzz/input.h"

namespace {

void requireStable(const std::string& text) {
  const lane::Settled settled = lane::readSnapshot(text);
  fuzz::requireSame(lane::snapshotText(settled.state, settled.offset), text, "a saved state saved again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string text = input.text();
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
  // The state's offset lies anywhere; its own text serves as the journal.
  const fuzz::File file(text);
  if (scan.offset() <= text.size()) fuzz::foldToEnd(scan, file, 1 + input.wideChoice(0));
  fuzz::answersOf(scan, options.kind);
  requireStable(scan.snapshotText());
  return 0;
}
