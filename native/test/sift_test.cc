// Tests which entries a reader of the history gets, which heartbeats as numbers, and what is left out.
#include "scan/sift.h"

#include <cmath>
#include <cstdio>
#include <random>
#include <string>

#include "test/check.h"
#include "test/random_journal.h"
#include "test/temporary_file.h"

namespace {

using lane_test::TemporaryFile;

std::string entry(const std::string& op, const std::string& lane, int seq, const std::string& more = "") {
  const int minute = seq / 60;
  char ts[32];
  std::snprintf(ts, sizeof ts, "2026-06-01T%02d:%02d:%02dZ", minute / 60, minute % 60, seq % 60);
  return "{\"lane\": \"" + lane + "\", \"loop_ts\": \"t\", \"op\": \"" + op + "\", \"seq\": " + std::to_string(seq) +
         ", \"ts\": \"" + ts + "\"" + more + "}\n";
}

struct Counted {
  size_t entries = 0;
  size_t beats = 0;
  double added = 0;
};

Counted sift(const std::string& journal, const std::string& lane, uint64_t pieceBytes = 1 << 20) {
  const TemporaryFile file(journal);
  lane::SiftOptions options;
  options.sieve.lane = lane;
  options.threads = 1;
  options.pieceBytes = pieceBytes;
  lane::Sift sift(options);
  Counted counted;
  for (bool done = false; !done;) {
    const lane::SiftedText& sifted = sift.step(file.fd(), pieceBytes);
    counted.entries += sifted.numbers.size() / lane::SiftedText::numbersEach;
    counted.beats += sifted.beats.size() / lane::SiftedText::numbersEachBeat;
    for (size_t i = 5; i < sifted.numbers.size(); i += lane::SiftedText::numbersEach)
      counted.added += sifted.numbers[i];
    done = sifted.done;
  }
  return counted;
}

std::string fleet() {
  std::string journal = entry("ACQUIRE", "a", 1) + entry("ACQUIRE", "b", 2);
  for (int seq = 3; seq < 100; seq++) journal += entry("HEARTBEAT", seq % 2 == 0 ? "a" : "b", seq);
  return journal + entry("ENFORCE", "a", 100) + entry("RELEASE", "a", 101) + entry("RELEASE", "b", 102);
}

}  // namespace

TEST("heartbeats of live identities are numbers, and entries without an effect are left out") {
  const Counted counted = sift(fleet(), "");
  CHECK_EQUAL(counted.entries, size_t{4});
  CHECK_EQUAL(counted.beats, size_t{97});
}

TEST("a heartbeat of an identity that is not live is an entry") {
  const Counted counted = sift(fleet() + entry("HEARTBEAT", "a", 103), "");
  CHECK_EQUAL(counted.entries, size_t{5});
  CHECK_EQUAL(counted.beats, size_t{97});
}

TEST("only the entries that may concern the lane are read, and the tokens of others are counted") {
  const std::string foreign = entry("ACQUIRE", "b", 104) + entry("RECONCILE", "b", 105);
  const Counted counted = sift(fleet() + foreign + entry("ACQUIRE", "a", 106), "a");
  // The first entry of a piece is one of them, because nothing before it is known.
  CHECK_EQUAL(counted.entries, size_t{3});
  CHECK_EQUAL(counted.beats, size_t{48});
  CHECK_EQUAL(counted.added, 3.0);
}

TEST("a stamp or a number that goes back makes a heartbeat an entry") {
  const std::string back = entry("HEARTBEAT", "a", 3) + entry("RELEASE", "a", 4);
  CHECK_EQUAL(sift(entry("ACQUIRE", "a", 10) + back, "").entries, size_t{3});
  CHECK_EQUAL(sift(entry("ACQUIRE", "a", 1) + back, "").entries, size_t{2});
}

TEST("a line that is damaged is an entry in every size of piece") {
  const std::string journal = fleet() + "bad\n" + entry("HALT", "a", 103) + "torn";
  for (const uint64_t bytes : {uint64_t{1}, uint64_t{50}, uint64_t{333}, uint64_t{1} << 20}) {
    const TemporaryFile file(journal);
    lane::SiftOptions options;
    options.threads = 2;
    options.pieceBytes = bytes;
    lane::Sift sift(options);
    std::string text;
    for (bool done = false; !done;) {
      const lane::SiftedText& sifted = sift.step(file.fd(), bytes);
      text += sifted.values;
      done = sifted.done;
    }
    CHECK(text.find("{\"op\":\"_CORRUPT\"}") != std::string::npos);
    CHECK(text.find("\"HALT\"") != std::string::npos);
    CHECK(text.find("torn") == std::string::npos);
  }
}

TEST("a checkpoint lists the identities whose heartbeats are numbers from then on") {
  const std::string checkpoint =
      "{\"op\": \"CHECKPOINT\", \"leases\": [{\"lane\": \"a\", \"loop_ts\": \"t\"}, {\"lane\": \"b\", \"loop_ts\": "
      "\"t\"}], "
      "\"seq_watermark\": 10}\n";
  const std::string journal = checkpoint + entry("HEARTBEAT", "a", 11) + entry("HEARTBEAT", "b", 12) +
                              entry("HEARTBEAT", "a", 13) + entry("HEARTBEAT", "c", 14);
  const Counted all = sift(journal, "");
  // The first heartbeat follows the checkpoint, and that of `c` meets nothing.
  CHECK_EQUAL(all.entries, size_t{3});
  CHECK_EQUAL(all.beats, size_t{2});
  CHECK_EQUAL(sift(journal, "a").beats, size_t{1});
}

TEST("random journals have no more entries and heartbeats than lines, in every size of piece") {
  std::mt19937 random(11);
  for (int round = 0; round < 100; round++) {
    const size_t lines = 1 + random() % 60;
    const std::string journal = lane_test::randomJournal(random, lines);
    for (const uint64_t bytes : {uint64_t{1}, uint64_t{97}, uint64_t{1} << 20}) {
      const Counted counted = sift(journal, round % 2 == 0 ? "" : "a", bytes);
      CHECK(counted.entries + counted.beats <= lines + 1);
    }
  }
}

TEST("the members of an entry are its last ones, and those of its lease are apart") {
  const std::string lease = R"(, "holder": "outer", "lease": {"holder": "old"}, "lease": {"holder": "inner"})";
  const TemporaryFile file(entry("ACQUIRE", "a", 1, lease) + entry("REFUSE", "a", 2, R"(, "l\u0061ne": "b")"));
  lane::Sift sift{lane::SiftOptions()};
  const lane::SiftedText& sifted = sift.step(file.fd(), 1 << 20);
  CHECK_EQUAL(sifted.members.size(), 2 * lane::MemberRows::columnCount);
  lane::JsonText json;
  CHECK(json.parse(sifted.values) == lane::Verdict::good);
  const auto valueAt = [&](size_t row, lane::Column column) {
    const uint32_t number = sifted.members[row * lane::MemberRows::columnCount + static_cast<size_t>(column)];
    return number == 0 ? "" : std::string(json.children()[number].value);
  };
  CHECK_EQUAL(valueAt(0, lane::Column::holder), std::string("\"outer\""));
  CHECK_EQUAL(valueAt(0, lane::Column::leaseHolder), std::string("\"inner\""));
  CHECK_EQUAL(valueAt(0, lane::Column::reason), std::string());
  CHECK_EQUAL(valueAt(1, lane::Column::lane), std::string("\"b\""));
}
