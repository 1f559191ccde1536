// Takes the input as a journal, and a choice as the size of one read. The entries of all reads must equal those of a
// single read, be good JSON, and be as many as a scan counts.
#include "scan/entries.h"

#include "fuzz/answers.h"
#include "fuzz/input.h"
#include "json/json.h"

namespace {

std::string readInStretches(const fuzz::File& file, uint64_t bytesMax) {
  std::string joined = "[";
  lane::Place at;
  for (bool done = false; !done;) {
    const lane::EntriesText stretch = lane::readEntriesText(file.fd(), at, bytesMax);
    const std::string_view items = std::string_view(stretch.text).substr(1, stretch.text.size() - 2);
    if (!items.empty()) joined.append(joined.size() > 1 ? "," : "").append(items);
    fuzz::require(stretch.done || stretch.next.offset > at.offset, "a stretch to take something");
    at = stretch.next;
    done = stretch.done;
  }
  return joined += ']';
}

/// Checks each item: the whole array is one level deeper than a line may be.
size_t countGood(const std::string& array) {
  lane::JsonText json;
  if (json.parse(array) == lane::Verdict::good) return json.children().size();
  return SIZE_MAX;
}

size_t deepest(std::string_view text) {
  size_t most = 0;
  size_t depth = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') most = std::max(most, ++depth);
    if ((c == '}' || c == ']') && depth > 0) depth--;
  }
  return most;
}

fuzz::CostOracle& cost() {
  const auto work = [](std::string_view journal) { lane::readEntriesText(fuzz::File(journal).fd(), {}, 1 << 20); };
  static fuzz::CostOracle oracle(work, fuzz::ordinaryJournal());
  return oracle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string journal = input.text();
  fuzz::sampleCost(cost(), input, journal);
  const fuzz::File file(journal);
  const std::string whole = lane::readEntriesText(file.fd(), {}, 1 << 20).text;
  const uint64_t bytesMax = input.choice(0) < 128 ? input.choice(0) : input.wideChoice(1);
  fuzz::requireSame(readInStretches(file, bytesMax), whole, "entries in stretches");
  if (deepest(journal) >= lane::depthMax) return 0;
  lane::ScanOptions options;
  options.kind = lane::FoldKind::scan;
  options.threads = 1;
  options.pieceBytes = fuzz::pieceBytes;
  lane::Scan scan(options);
  fuzz::foldToEnd(scan, file, options.pieceBytes);
  const std::string counted = "\"entries\":" + std::to_string(countGood(whole)) + ",";
  fuzz::require(scan.reportText().find(counted) != std::string::npos, "as many entries as a scan counts");
  return 0;
}
