// Takes the input as a journal. Choices select threads, pieces and steps, and the places at which the journal grows, is
// saved and is resumed. The answers must equal those of a fold in one piece on one thread.
#include <algorithm>
#include <optional>

#include "fuzz/answers.h"
#include "fuzz/input.h"

namespace {

/// Limits the number of pieces, because each costs the same however small it is.
constexpr size_t piecesMax = 48;

lane::ScanOptions optionsOf(const fuzz::Input& input, size_t journalBytes) {
  lane::ScanOptions options;
  options.kind = input.choice(0) % 4 == 0 ? lane::FoldKind::replay : lane::FoldKind::scan;
  options.usesShapes = input.choice(0) % 8 < 4;
  options.threads = 1 + input.choice(1) % 8;
  const size_t pieceBytes = 1 + (input.choice(2) < 200 ? input.choice(2) : input.choice(2) * 37u);
  options.pieceBytes = std::max(pieceBytes, journalBytes / piecesMax);
  return options;
}

/// A fold that resumes from a snapshot must answer as if it had not stopped. The mark may be shorter, so it is not
/// compared.
void requireResumes(lane::Scan& scan, const lane::ScanOptions& options, const fuzz::File& file,
                    const std::string& expected) {
  lane::Scan resumed(options, scan.snapshotText(), scan.mark());
  fuzz::foldToEnd(resumed, file, options.pieceBytes);
  fuzz::requireSame(fuzz::answersOf(resumed, options.kind), expected, "answers of a fold gone on with");
}

/// A file that is read up to a limit must have the same answers as a file cut there.
void requireLimit(const fuzz::File& file, const std::string& journal, lane::ScanOptions options) {
  options.end = journal.size() / 2;
  lane::Scan limited(options);
  fuzz::foldToEnd(limited, file, options.pieceBytes);
  const fuzz::File cut(std::string_view(journal).substr(0, options.end));
  fuzz::requireSame(fuzz::answersOf(limited, options.kind), fuzz::answersPlainly(cut, options.kind),
                    "answers of a file with a limit");
}

fuzz::CostOracle& cost(lane::FoldKind kind) {
  static fuzz::CostOracle ofReplay = fuzz::makeFoldCost(lane::FoldKind::replay, false);
  static fuzz::CostOracle ofScan = fuzz::makeFoldCost(lane::FoldKind::scan, false);
  return kind == lane::FoldKind::replay ? ofReplay : ofScan;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string journal = input.text();
  const lane::ScanOptions options = optionsOf(input, journal.size());
  fuzz::sampleCost(cost(options.kind), input, journal);
  const size_t stepBytes = 1 + journal.size() / piecesMax + input.wideChoice(3);
  const std::string_view whole(journal);
  const size_t grownAt = std::min<size_t>(input.wideChoice(5), whole.size());
  fuzz::File file(whole.substr(0, grownAt));
  lane::Scan scan(options);
  fuzz::foldToEnd(scan, file, stepBytes);
  fuzz::requireSame(fuzz::answersOf(scan, options.kind), fuzz::answersPlainly(file, options.kind),
                    "answers before it grew");
  file.append(whole.substr(grownAt));
  const std::string expected = fuzz::answersPlainly(file, options.kind);
  // A state after a damaged line is never saved, because a cut would make that line a torn tail.
  const bool isSaved = options.kind == lane::FoldKind::scan && !scan.endDamaged();
  if (isSaved) requireResumes(scan, options, file, expected);
  fuzz::foldToEnd(scan, file, stepBytes);
  fuzz::requireSame(fuzz::answersOf(scan, options.kind), expected, "answers of pieces");
  if (input.choice(7) % 4 == 0) requireLimit(file, journal, options);
  return 0;
}
