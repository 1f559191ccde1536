// Tests the lines and answers of files that are read in steps of every size.
#include "scan/scan.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>

#include "scan/entries.h"
#include "test/check.h"
#include "test/random_journal.h"
#include "test/temporary_file.h"

namespace {

using lane_test::TemporaryFile;

lane::ScanOptions options(lane::FoldKind kind) {
  lane::ScanOptions options;
  options.kind = kind;
  return options;
}

std::string acquire(const std::string& lane) {
  return "{\"op\":\"ACQUIRE\",\"lane\":\"" + lane + "\",\"loop_ts\":\"t\",\"lease\":{\"lane\":\"" + lane + "\"}}\n";
}

std::string leasesOf(lane::Scan& scan, int fd, uint64_t bytesMax) {
  while (!scan.step(fd, bytesMax)) {
  }
  return scan.leasesText().front();
}

}  // namespace

TEST("a scan gives the same report for every size of step") {
  std::string journal =
      "\xEF\xBB\xBF" + acquire("a") + "\n" + "torn {\n17\n" + acquire("b") +
      "{\"op\":\"HEARTBEAT\",\"lane\":\"a\",\"loop_ts\":\"t\",\"ts\":\"\xff\"}\n{\"op\":\"x\",\"op\":1}\nbad";
  const TemporaryFile file(journal);
  lane::Scan whole(options(lane::FoldKind::scan));
  const std::string leases = leasesOf(whole, file.fd(), 1 << 20);
  CHECK_EQUAL(leases, "[{\"lane\":\"a\",\"heartbeat_at\":\"\xEF\xBF\xBD\"},{\"lane\":\"b\"}]");
  for (uint64_t bytes = 0; bytes < 80; bytes++) {
    lane::Scan stepped(options(lane::FoldKind::scan));
    CHECK_EQUAL(leasesOf(stepped, file.fd(), bytes), leases);
    CHECK_EQUAL(stepped.reportText(), whole.reportText());
  }
}

TEST("a last line without LF is answered for and read again") {
  TemporaryFile file(acquire("a") + "17");
  lane::Scan scan(options(lane::FoldKind::scan));
  leasesOf(scan, file.fd(), 1);
  CHECK(scan.reportText().find("\"nonObjects\":{\"count\":1") != std::string::npos);
  file.append("8\n" + acquire("b").substr(0, 20));
  leasesOf(scan, file.fd(), 1);
  CHECK(scan.reportText().find("\"nonObjects\":{\"count\":1") != std::string::npos);
  CHECK(scan.reportText().find("\"terminated\":false") != std::string::npos);
  file.append(acquire("b").substr(20));
  CHECK_EQUAL(leasesOf(scan, file.fd(), 1), "[{\"lane\":\"a\"},{\"lane\":\"b\"}]");
  CHECK(scan.reportText().find("\"tornTail\":null") != std::string::npos);
}

TEST("a terminated bad line is a torn tail until a line follows") {
  TemporaryFile file(acquire("a") + "bad\n");
  lane::Scan scan(options(lane::FoldKind::scan));
  leasesOf(scan, file.fd(), 1 << 20);
  CHECK(scan.reportText().find("\"terminated\":true") != std::string::npos);
  file.append("\n");
  leasesOf(scan, file.fd(), 1 << 20);
  CHECK(scan.reportText().find("\"corrupt\":{\"count\":1,\"first\":[{\"line\":1,") != std::string::npos);
  CHECK(scan.reportText().find("\"tornTail\":null") != std::string::npos);
}

TEST("what the lines of a file are is told with the last one as it stands, in steps of every size") {
  const std::pair<const char*, lane::Content> files[] = {
      {"", lane::Content::nothing},
      {"\n \r\n\t", lane::Content::nothing},
      {"\n{\"op\": \"AC", lane::Content::nothing},
      {"{\"op\": AC", lane::Content::foreign},
      {"{\"op\": \"AC\n", lane::Content::foreign},
      {"bad\n\n", lane::Content::foreign},
      {"[1]", lane::Content::foreign},
      {"17\n", lane::Content::foreign},
      {"bad\n17\n{}", lane::Content::entries},
      {"{}\nbad\n", lane::Content::entries},
      {"{\"op\":\"_CORRUPT\"}\nbad\nbad\n", lane::Content::entries},
  };
  for (const auto& [text, expected] : files) {
    const TemporaryFile file(text);
    for (const uint64_t bytes : {uint64_t{1}, uint64_t{7}, uint64_t{1} << 20}) {
      lane::Scan scan(options(lane::FoldKind::replay));
      leasesOf(scan, file.fd(), bytes);
      CHECK(scan.content() == expected);
    }
  }
}

TEST("a last line that no line begins with is damage, and one over the limit too") {
  const auto damagedIn = [](const std::string& text) {
    const TemporaryFile file(text);
    lane::Scan scan(options(lane::FoldKind::scan));
    leasesOf(scan, file.fd(), 1 << 20);
    return scan.reportText().find("\"terminated\":false,\"damaged\":true") != std::string::npos;
  };
  CHECK(!damagedIn(acquire("a") + "{\"op\": \"AC"));
  CHECK(!damagedIn(acquire("a") + std::string(700, '\0')));
  CHECK(damagedIn(acquire("a") + "{\"op\": AC"));
  CHECK(damagedIn(acquire("a") + "{\"" + std::string(lane::lineBytesMax, 'x')));
}

TEST("entries come in stretches that join to the whole") {
  const TemporaryFile file(acquire("a") + "bad\n" + acquire("b") + "[1]\nbad\n\nworse");
  const std::string whole = lane::readEntriesText(file.fd(), {{}, 1 << 20}).text;
  std::string joined = "[";
  lane::Place at;
  for (bool done = false; !done;) {
    const lane::EntriesText stretch = lane::readEntriesText(file.fd(), {at, 1});
    const std::string items = stretch.text.substr(1, stretch.text.size() - 2);
    if (!items.empty()) joined += (joined.size() > 1 ? "," : "") + items;
    at = stretch.next;
    done = stretch.done;
  }
  CHECK_EQUAL(joined + "]", whole);
  CHECK(whole.find("\"_line\":1}") != std::string::npos);
  CHECK(whole.find("\"_line\":4}") != std::string::npos);
  CHECK(whole.find("worse") == std::string::npos);
}

TEST("a failed read is thrown and leaves what was settled") {
  const TemporaryFile file(acquire("a"));
  lane::Scan scan(options(lane::FoldKind::replay));
  leasesOf(scan, file.fd(), 1);
  const uint64_t offset = scan.offset();
  bool thrown = false;
  try {
    scan.step(-1, 1);
  } catch (const std::system_error&) {
    thrown = true;
  }
  CHECK(thrown);
  CHECK_EQUAL(scan.offset(), offset);
  CHECK_EQUAL(scan.leasesText().front(), "[{\"lane\":\"a\"}]");
}

TEST("answers do not depend on threads, on the size of pieces, or on whether shapes are matched") {
  std::mt19937 random(11);
  for (int round = 0; round < 60; round++) {
    const TemporaryFile file(lane_test::randomJournal(random, 1 + random() % 120));
    lane::Scan plain(options(lane::FoldKind::scan));
    const std::string leases = leasesOf(plain, file.fd(), 1 << 20);
    for (const unsigned threads : {1u, 2u, 5u}) {
      for (const uint64_t piece : {1u, 7u, 64u, 500u, 4096u}) {
        lane::ScanOptions other = options(lane::FoldKind::scan);
        other.threads = threads;
        other.pieceBytes = piece;
        other.usesShapes = random() % 3 != 0;
        lane::Scan scan(other);
        CHECK_EQUAL(leasesOf(scan, file.fd(), 1 + random() % 5000), leases);
        CHECK_EQUAL(scan.reportText(), plain.reportText());
        CHECK_EQUAL(scan.generationsText().front(), plain.generationsText().front());
      }
    }
  }
}

TEST("entries have the places of their lines, and the last line is left to the next read") {
  const std::string mark = "\xEF\xBB\xBF";
  TemporaryFile file(mark + "{\"a\":1}\n\nbad\n{\"a\":2}");
  lane::Mark before;
  const lane::EntriesText first = lane::readEntriesText(file.fd(), {{}, 1 << 20, false}, &before);
  CHECK_EQUAL(first.text, "[{\"a\":1},{\"op\":\"_CORRUPT\",\"_raw\":\"bad\",\"_line\":2}]");
  CHECK_EQUAL(first.places.size(), 2u);
  CHECK_EQUAL(first.places[1].place.line, 2u);
  CHECK_EQUAL(first.places[1].place.offset, 12u);
  CHECK_EQUAL(first.places[1].bytes, 3u);
  CHECK_EQUAL(first.next.offset, 16u);
  CHECK_EQUAL(std::string(before.bytes()), "{\"a\":1}\n\nbad\n");
  CHECK_EQUAL(lane::readEntriesText(file.fd(), {first.next, 1 << 20, true}).text, "[{\"a\":2}]");
  file.append("\n");
  CHECK_EQUAL(lane::readEntriesText(file.fd(), {first.next, 1 << 20, false}).next.offset, 24u);
}

TEST("a mark has the last bytes, however many are added at once") {
  lane::Mark mark;
  std::string all;
  for (size_t bytes : {1u, 4000u, 200u, 5000u, 4096u, 7u}) {
    const std::string added(bytes, static_cast<char>('a' + bytes % 26));
    mark.extend(added);
    all += added;
    CHECK_EQUAL(std::string(mark.bytes()), all.substr(all.size() - std::min<size_t>(all.size(), 4096)));
  }
  mark.clear();
  CHECK(mark.bytes().empty());
}
