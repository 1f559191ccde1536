// Tests that the settled state of a scan survives being written and read, and that other texts are refused.
#include "scan/snapshot.h"

#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>

#include "scan/scan.h"
#include "test/check.h"
#include "test/random_journal.h"

namespace {

/// Returns the snapshot of a journal's settled lines.
std::string snapshotOf(const std::string& journal) {
  std::FILE* file = std::tmpfile();
  std::fwrite(journal.data(), 1, journal.size(), file);
  std::fflush(file);
  lane::ScanOptions options;
  options.kind = lane::FoldKind::scan;
  lane::Scan scan(options);
  while (!scan.step(fileno(file), 1 << 20)) {
  }
  std::fclose(file);
  return scan.snapshotText();
}

std::string readBack(const std::string& text) {
  const lane::Settled settled = lane::readSnapshot(text);
  return lane::snapshotText(settled.state, settled.offset);
}

bool isRefused(const std::string& text) {
  try {
    lane::readSnapshot(text);
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

}  // namespace

TEST("a snapshot reads back as it was written") {
  std::mt19937 random(5);
  for (int round = 0; round < 300; round++) {
    const std::string text = readBack(snapshotOf(lane_test::randomJournal(random, random() % 60)));
    CHECK_EQUAL(readBack(text), text);
  }
}

TEST("a snapshot that is cut anywhere is refused") {
  std::mt19937 random(6);
  const std::string text = snapshotOf(lane_test::randomJournal(random, 40));
  for (size_t bytes = 0; bytes < text.size(); bytes++) {
    // A copy of its own memory, so that the sanitizer detects a read past its end.
    CHECK(isRefused(std::string(text, 0, bytes)));
  }
  CHECK(isRefused(text + "\n"));
  CHECK(isRefused(text + text));
}

TEST("a snapshot with changed bytes is refused or read, and nothing else") {
  std::mt19937 random(7);
  const std::string text = snapshotOf(lane_test::randomJournal(random, 40));
  const std::string bytes = "0129[]{}\",:\n\\ \xff";
  for (int round = 0; round < 20000; round++) {
    std::string changed = text;
    for (uint64_t changes = 1 + random() % 3; changes > 0; changes--) {
      changed[random() % changed.size()] = bytes[random() % bytes.size()];
    }
    if (!isRefused(changed)) CHECK_EQUAL(readBack(readBack(changed)), readBack(changed));
  }
}
