// Tests the instants of stamps, and that the stamps that go back are found however a series of them is divided.
#include "fold/order.h"

#include <random>
#include <string>
#include <vector>

#include "fold/stamp.h"
#include "test/check.h"

namespace {

constexpr int64_t day = 86400000;

int64_t firstOf(const char* text) {
  const auto moments = lane::readStamp(text);
  return moments ? moments->first : INT64_MIN;
}

/// Returns the places of the stamps that go back, read in joined runs of at most `runMax` stamps.
std::vector<uint64_t> backs(const std::vector<std::string>& stamps, std::mt19937& random, size_t runMax) {
  std::vector<uint64_t> found;
  int64_t last = lane::Order::none;
  lane::OrderRow row;
  for (size_t at = 0; at < stamps.size();) {
    row.clear();
    std::vector<uint64_t> within;
    for (const size_t end = std::min(stamps.size(), at + 1 + random() % runMax); at < end; at++) {
      if (row.takeTs(stamps[at], {at, 0})) within.push_back(at);
    }
    const lane::Advance ts = row.ts();
    if (ts.follow(last)) found.push_back(ts.firstPlace().line);
    found.insert(found.end(), within.begin(), within.end());
  }
  return found;
}

}  // namespace

TEST("a stamp is an instant of the Gregorian calendar") {
  CHECK_EQUAL(firstOf("1970-01-01T00:00:00Z"), 0);
  CHECK_EQUAL(firstOf("1969-12-31 23:59:59.5Z"), -500);
  CHECK_EQUAL(firstOf("2000-02-29T00:00Z"), 11016 * day);
  CHECK_EQUAL(firstOf("2000-03-01T01:30:00+01:30"), 11017 * day);
  CHECK_EQUAL(firstOf("2000-02-28T22:30-0130"), 11016 * day);
  CHECK_EQUAL(firstOf("2016-12-31T23:59:60Z"), firstOf("2017-01-01T00:00:00Z"));
  CHECK_EQUAL(firstOf("0000-01-01T00:00:00Z"), -719528 * day);
  CHECK_EQUAL(lane::readStamp("1970-01-01T00:00Z")->last, 59000);
}

TEST("what is no stamp has no instant") {
  for (const char* text :
       {"", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00Z", "1970-13-01T00:00Z", "1970-00-01T00:00Z",
        "1900-02-29T00:00Z", "1970-01-01T24:00Z", "1970-01-01T00:60Z", "1970-01-01T00:00:61Z", "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00Z ", "1970-01-01t00:00:00Z", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+0100Z"}) {
    CHECK_EQUAL(firstOf(text), INT64_MIN);
  }
  const std::string digits(41, '1');
  CHECK(!lane::readStamp("1970-01-01T00:00:00." + digits + "Z"));
  CHECK(lane::readStamp("1970-01-01T00:00:00." + digits.substr(1) + "Z"));
}

TEST("stamps that are joined from runs go back where they do in one") {
  std::mt19937 random(17);
  const char* const forms[] = {":00Z", ":07Z", ":30Z", ":59Z", ":60Z", "Z", ":30.5Z", ":30+00:00", ":3x"};
  for (int round = 0; round < 2000; round++) {
    std::vector<std::string> stamps;
    for (size_t count = random() % 12; count > 0; count--) {
      const std::string minute = "\"2026-06-01T10:0" + std::to_string(random() % 3);
      stamps.push_back(random() % 9 == 0 ? "null" : minute + forms[random() % 9] + "\"");
    }
    std::mt19937 whole(1);
    CHECK(backs(stamps, random, 3) == backs(stamps, whole, 1000000));
    int64_t last = lane::Order::none;
    std::vector<uint64_t> expected;
    for (size_t at = 0; at < stamps.size(); at++) {
      const auto moments = lane::readStamp(std::string_view(stamps[at]).substr(1, stamps[at].size() - 2));
      if (moments && moments->last < last) expected.push_back(at);
      if (moments) last = moments->first;
    }
    CHECK(backs(stamps, random, 3) == expected);
  }
}
