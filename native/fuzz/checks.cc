// Takes the input as lines, and appends a right check value to some of them. No value may be wrong then, in pieces and
// steps of any size. With one byte changed before the last value, one must be.
#include "scan/checks.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "base/crc32.h"
#include "fuzz/answers.h"
#include "fuzz/input.h"

namespace {

struct Checked {
  std::string journal;
  size_t values = 0;
  size_t last = 0;  // the offset of the last value
};

/// Divides by the polynomial bit by bit.
uint32_t divide(std::string_view bytes) {
  uint32_t sum = 0xFFFFFFFF;
  for (const char byte : bytes) {
    sum ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
  }
  return ~sum;
}

/// Adds a value to each line of which the number is a multiple of `every`.
Checked addValues(const std::string& text, size_t every) {
  Checked made;
  std::string& journal = made.journal;
  size_t lines = 0;
  for (size_t from = 0; from < text.size(); lines++) {
    const size_t end = std::min(text.find('\n', from), text.size());
    const size_t begin = journal.size();
    journal.append(text, from, end - from);
    if (lines % every == 0 && journal.size() > begin) {
      const size_t first = made.values == 0 && journal.starts_with("\xEF\xBB\xBF") ? 3 : made.last;
      if (journal.size() > first && begin >= first) {
        char value[64];
        std::snprintf(value, sizeof value, ", \"~\": \"%08x %zx %zx\"}", divide(journal.substr(first)), begin - first,
                      journal.size() - begin);
        made.last = journal.size();
        made.values++;
        journal += value;
      }
    }
    journal += '\n';
    from = end + 1;
  }
  // Settles the last line, whatever it is.
  journal += '\n';
  return made;
}

std::string checksOf(const std::string& journal, uint64_t pieceBytes, unsigned threads, uint64_t stepBytes) {
  const fuzz::File file(journal);
  lane::ScanOptions options;
  options.kind = lane::FoldKind::scan;
  options.threads = threads;
  options.pieceBytes = pieceBytes;
  lane::Scan scan(options);
  fuzz::foldToEnd(scan, file, stepBytes);
  const std::string report = scan.reportText();
  return report.substr(report.find("\"badChecks\""));
}

std::string checksPlainly(const std::string& journal) {
  return checksOf(journal, fuzz::pieceBytes, 1, fuzz::pieceBytes);
}

bool isSound(const std::string& checks) { return checks.starts_with("\"badChecks\":{\"count\":0,"); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string text = input.text();
  const bool hasOwn = text.find("\"~\"") != std::string::npos;
  const Checked made = addValues(text, 1 + input.choice(0) % 4);
  const std::string checks = checksPlainly(made.journal);
  const unsigned threads = 1 + input.choice(1) % 3;
  const std::string inPieces = checksOf(made.journal, 1 + input.wideChoice(2) % 4096, threads, 1 + input.wideChoice(4));
  fuzz::requireSame(inPieces, checks, "the checks of a journal read in pieces");
  if (!hasOwn) {
    fuzz::require(isSound(checks), "no wrong value");
    const std::string counted = "\"values\":" + std::to_string(made.values) + ",";
    fuzz::require(checks.find(counted) != std::string::npos, "all values");
  }
  if (made.last == 0) return 0;
  std::string changed = made.journal;
  char& at = changed[input.wideChoice(6) % made.last];
  at = static_cast<char>(at ^ (1 << input.choice(0) % 8));
  const std::string damaged = checksPlainly(changed);
  // A byte order mark is not covered.
  if (!hasOwn && !made.journal.starts_with("\xEF\xBB\xBF")) fuzz::require(!isSound(damaged), "a wrong value");
  fuzz::requireSame(checksOf(changed, 1 + input.wideChoice(2) % 4096, threads, 1 + input.wideChoice(4)), damaged,
                    "the checks of a damaged journal read in pieces");
  return 0;
}
