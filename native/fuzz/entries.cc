// Takes the input as a journal, and choices as the size of one read and as a bound. The entries of all reads must equal
// those of a single read, have the places of lines, be good JSON, and be as many as a scan counts. The bound must be
// found at one offset, whatever the size of a read.
#include "scan/entries.h"

#include "fuzz/answers.h"
#include "fuzz/input.h"
#include "json/json.h"
#include "scan/cut.h"

namespace {

/// Checks that `mark` holds the bytes of the journal before `end`.
void requireMark(const lane::Mark& mark, std::string_view journal, uint64_t end) {
  const std::string_view bytes = mark.bytes();
  fuzz::require(bytes.size() <= end && journal.substr(end - bytes.size(), bytes.size()) == bytes,
                "a mark as it was read");
}

/// Checks that each place is that of a whole line.
void requirePlaces(const std::vector<lane::LinePlace>& places, std::string_view journal) {
  for (const auto& [place, bytes] : places) {
    const std::string_view line = journal.substr(place.offset, bytes);
    fuzz::require(place.offset <= 3 || journal[place.offset - 1] == '\n', "a place to begin a line");
    fuzz::require(line.size() == bytes && line.find('\n') == std::string_view::npos, "a place to hold one line");
    fuzz::require(place.offset + bytes == journal.size() || journal[place.offset + bytes] == '\n', "a line to end");
  }
}

std::string readInStretches(const fuzz::File& file, std::string_view journal, uint64_t bytesMax) {
  std::string joined = "[";
  lane::Place at;
  lane::Mark mark;
  for (bool done = false; !done;) {
    const lane::EntriesText stretch = lane::readEntriesText(file.fd(), {at, bytesMax}, &mark);
    const std::string_view items = std::string_view(stretch.text).substr(1, stretch.text.size() - 2);
    if (!items.empty()) joined.append(joined.size() > 1 ? "," : "").append(items);
    fuzz::require(stretch.done || stretch.next.offset > at.offset, "a stretch to take something");
    requireMark(mark, journal, stretch.next.offset);
    requirePlaces(stretch.places, journal);
    at = stretch.next;
    done = stretch.done;
  }
  return joined += ']';
}

/// Returns the offset at which the lines before the bound end, searched in slices.
uint64_t endBefore(const fuzz::File& file, const lane::Bound& bound, uint64_t bytesMax) {
  lane::Place at;
  for (;;) {
    const lane::Cut cut = lane::findCut(file.fd(), at, bound, bytesMax);
    if (cut.isFound) return cut.place.offset;
    if (cut.done) return UINT64_MAX;
    fuzz::require(cut.place.offset > at.offset, "a search to take something");
    at = cut.place;
  }
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
  const auto work = [](std::string_view journal) { lane::readEntriesText(fuzz::File(journal).fd(), {{}, 1 << 20}); };
  static fuzz::CostOracle oracle(work, fuzz::ordinaryJournal());
  return oracle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string journal = input.text();
  fuzz::sampleCost(cost(), input, journal);
  const fuzz::File file(journal);
  const std::string whole = lane::readEntriesText(file.fd(), {{}, 1 << 20}).text;
  const uint64_t bytesMax = input.choice(0) < 128 ? input.choice(0) : input.wideChoice(1);
  fuzz::requireSame(readInStretches(file, journal, bytesMax), whole, "entries in stretches");
  const lane::Bound bound{static_cast<lane::Bound::Kind>(input.choice(0) % 4), input.choice(1)};
  fuzz::require(endBefore(file, bound, bytesMax) == endBefore(file, bound, 1 << 20), "one end of a bound");
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
