// Takes the input as a file, in which each 0x01 is replaced by a long run of one character. Choices select the block
// size and the end of the file. The lines read in blocks must be the lines, with their places, that a plain search for
// LF finds.
#include "scan/lines.h"

#include <algorithm>
#include <vector>

#include "fuzz/input.h"
#include "fuzz/ordinary.h"

namespace {

constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";

/// Replaces marks by runs, so that a few bytes make lines longer than blocks.
std::string spread(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\x01') {
      out.append(1021, 'x');
    } else {
      out += c;
    }
  }
  return out;
}

struct Cut {
  std::string_view bytes;
  lane::Place place;
  bool terminated;
};

std::vector<Cut> cutPlainly(std::string_view text) {
  std::vector<Cut> cuts;
  size_t at = text.starts_with(byteOrderMark) ? byteOrderMark.size() : 0;
  while (at < text.size()) {
    const size_t lf = text.find('\n', at);
    const bool terminated = lf != std::string_view::npos;
    const size_t end = terminated ? lf : text.size();
    cuts.push_back({text.substr(at, end - at), {cuts.size(), at}, terminated});
    at = end + 1;
  }
  return cuts;
}

void requireCut(const lane::Line& line, const Cut& cut) {
  fuzz::requireSame(line.bytes, cut.bytes, "a line's bytes");
  fuzz::require(line.place.line == cut.place.line, "the line's number");
  fuzz::require(line.place.offset == cut.place.offset, "the line's offset");
  fuzz::require(line.terminated == cut.terminated, "a line to tell whether it ends in LF");
  fuzz::require(line.fileBytes == cut.bytes.size() + (cut.terminated ? 1 : 0), "the line's bytes in the file");
  fuzz::require(!line.overlong, "a line within the limit");
}

void cutLines(std::string_view text) {
  const fuzz::File file(text);
  lane::LineReader lines(4096);
  lines.seek({file.fd(), text.size()}, {});
  lane::Line line;
  while (lines.next(line)) {
  }
}

fuzz::CostOracle& cost() {
  static fuzz::CostOracle oracle(cutLines, fuzz::ordinaryJournal());
  return oracle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string text = spread(input.text());
  fuzz::sampleCost(cost(), input, text);
  const fuzz::File file(text);
  const size_t end = input.choice(1) % 4 == 0 ? input.wideChoice(2) : text.size();
  const std::vector<Cut> cuts = cutPlainly(std::string_view(text).substr(0, end));
  lane::LineReader lines(4096 * (1 + input.choice(0) % 4));
  // Start one reader at each of some lines.
  for (size_t from = 0; from <= cuts.size(); from += 1 + input.choice(4)) {
    const lane::Place start = from < cuts.size() ? cuts[from].place : lane::Place{from, std::min(end, text.size())};
    lines.seek({file.fd(), end}, from == 0 ? lane::Place() : start);
    lane::Line line;
    for (size_t i = from; i < cuts.size(); i++) {
      fuzz::require(lines.next(line), "another line");
      requireCut(line, cuts[i]);
    }
    fuzz::require(!lines.next(line), "no line behind the last");
  }
  return 0;
}
