// Tests which ends of lines are check values, and that the values of a journal are judged alike in pieces of any size.
#include "scan/check_value.h"

#include <string>

#include "base/crc32.h"
#include "scan/scan.h"
#include "test/check.h"
#include "test/temporary_file.h"

namespace {

std::string hexOf(uint64_t number, size_t digits) {
  std::string text;
  for (; number != 0 || text.size() < digits; number >>= 4) text.insert(text.begin(), "0123456789abcdef"[number & 15]);
  return text;
}

std::string checkedLine(const std::string& pending, const std::string& own) {
  const uint32_t sum = lane::crc32(0, pending + own);
  return own + ", \"~\": \"" + hexOf(sum, 8) + " " + hexOf(pending.size(), 1) + " " + hexOf(own.size(), 1) + "\"}\n";
}

std::string checksOf(const std::string& journal, uint64_t pieceBytes, uint64_t stepBytes) {
  const lane_test::TemporaryFile file(journal);
  lane::ScanOptions options;
  options.kind = lane::FoldKind::scan;
  options.threads = 2;
  options.pieceBytes = pieceBytes;
  lane::Scan scan(options);
  while (!scan.step(file.fd(), stepBytes)) {
  }
  const std::string report = scan.reportText();
  return report.substr(report.find("\"badChecks\""));
}

}  // namespace

TEST("the end of a line is a check value only in its exact form") {
  const auto isValue = [](const std::string& line) { return lane::readCheckValue(line, 1000).has_value(); };
  const std::string good = ", \"~\": \"0123abcd 0 1fffffffffffff\"}";
  CHECK(!isValue(good));  // 14 digits
  CHECK(isValue(", \"~\": \"0123abcd 0 1ffffffffffff\"}"));
  CHECK(isValue(", \"~\": \"00000000 0 1\"}"));
  for (size_t bytes = 0; bytes < good.size(); bytes++) CHECK(!isValue(good.substr(0, bytes)));
  for (const char* wrong : {", \"~\": \"0123abcd 00 1\"}", ", \"~\": \"0123abcd 0 0\"}", ", \"~\": \"0123abcD 0 1\"}",
                            ", \"~\": \"0123abcd 0  1\"}", ", \"~\":\"0123abcd 0 1\"}", ", \"~\": \"123abcd 0 1\"}",
                            ", \"~\": \"0123abcd 1\"}", ", \"~\": \"0123abcd 0 1\" }"}) {
    CHECK(!isValue(wrong));
  }
  const auto value = lane::readCheckValue("{\"a\": 1, \"~\": \"0123abcd a ff\"}", 100);
  CHECK(value && value->crc == 0x0123abcd && value->seen == 10 && value->own == 255);
  CHECK_EQUAL(value->offset, 100 - std::string(", \"~\": \"0123abcd a ff\"}").size());
}

TEST("values are judged alike in pieces and steps of any size") {
  std::string journal = "{\"op\": \"HALT\"}\n";
  std::string pending = journal;
  for (int line = 0; line < 40; line++) {
    const std::string own = line % 7 == 3 ? "{\"broken" : "{\"op\": \"HALT\", \"seq\": " + std::to_string(line);
    const std::string checked = checkedLine(pending, own);
    journal += checked;
    pending = checked.substr(own.size());
    if (line % 5 == 0) pending += "{\"op\": \"REFUSE\"}\n", journal += "{\"op\": \"REFUSE\"}\n";
  }
  const std::string expected = checksOf(journal, 1 << 20, 1 << 20);
  CHECK(expected.starts_with("\"badChecks\":{\"count\":0,\"first\":[]},\"checked\":{\"values\":40,"));
  for (const uint64_t bytes : {1UL, 2UL, 3UL, 10UL, 40UL, 41UL, 100UL, 1000UL}) {
    CHECK_EQUAL(checksOf(journal, bytes, 1 << 20), expected);
    CHECK_EQUAL(checksOf(journal, 64, bytes), expected);
  }
  std::string damaged = journal;
  damaged[journal.size() / 2] ^= 1;
  const std::string found = checksOf(damaged, 1 << 20, 1 << 20);
  CHECK(!found.starts_with("\"badChecks\":{\"count\":0"));
  for (const uint64_t bytes : {1UL, 7UL, 100UL}) CHECK_EQUAL(checksOf(damaged, bytes, bytes), found);
}
