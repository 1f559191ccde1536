// Tests that every line a shape matches is one that the parser calls good, with the same fields.
#include "match/shapes.h"

#include <random>
#include <string>

#include "fold/fold.h"
#include "fold/seq.h"
#include "fuzz/padded_line.h"
#include "test/check.h"
#include "test/random_journal.h"

namespace {

using fuzz::PaddedLine;

/// Returns whether a shape learned from `first` matches `second`.
bool matches(const std::string& first, const std::string& second) {
  lane::Arena arena;
  lane::EntryReader entry;
  lane::ShapeCache shapes;
  const PaddedLine known(first);
  const PaddedLine other(second);
  if (entry.read(known.line(), arena) != lane::LineKind::entry) return false;
  shapes.learn(entry);
  const lane::MatchedLine line = shapes.match(other.text());
  if (!line.isMatched()) return false;
  CHECK_EQUAL(line.text(), second);
  return true;
}

/// Checks that the fields a shape has found equal those that parsing finds.
void checkFields(lane::MatchedLine line, lane::EntryReader& entry, lane::Arena& arena) {
  const lane::ObjectFields& parsed = entry.fields();
  CHECK_EQUAL(line.higherSeq(0), lane::higherSeq(0, parsed));
  if (line.isPlain()) CHECK_EQUAL(line.plainSeq(), lane::intOf(parsed[lane::Field::seq]));
  CHECK_EQUAL(line.noted(lane::Shape::Noted::ts), parsed[lane::Field::ts]);
  CHECK_EQUAL(line.shape().repeatsKeys(), entry.repeatsKeys());
  if (line.op() != lane::Op::other) {
    const lane::Identity found = line.identity(arena);
    const lane::Identity expected = lane::readIdentity(parsed[lane::Field::loopTs], parsed[lane::Field::lane], arena);
    CHECK_EQUAL(found.loopTs, expected.loopTs);
    CHECK_EQUAL(found.lane, expected.lane);
  }
  if (line.op() == lane::Op::heartbeat || line.op() == lane::Op::adopt) {
    CHECK_EQUAL(lane::isPresent(line.stamp()), lane::isPresent(lane::stampOf(parsed)));
    CHECK_EQUAL(line.stamp(), lane::stampOf(parsed));
  }
  const lane::ObjectFields& fields = line.fields();
  for (size_t i = 0; i < lane::fieldCount; i++) {
    const auto field = static_cast<lane::Field>(i);
    if (field == lane::Field::leaseStamp || !lane::isPresent(fields[field])) continue;
    CHECK_EQUAL(fields[field], entry.fields()[field]);
  }
  const lane::Value stamp = fields[lane::Field::leaseStamp];
  const lane::Value lease = entry.fields()[lane::Field::lease];
  if (lane::isPresent(stamp) && lane::isObject(lease)) CHECK_EQUAL(stamp, lane::stampOfLease(lease));
}

/// Sets every byte of `known` to every value. `known` has a layout of its own.
void changeEachByte(const std::string& known) {
  lane::Arena arena;
  lane::EntryReader entry;
  lane::ShapeCache shapes;
  const PaddedLine line(known);
  CHECK(entry.read(line.line(), arena) == lane::LineKind::entry);
  shapes.learn(entry);
  // The second occurrence makes a layout.
  for (int i = 0; i < 3; i++) CHECK(shapes.match(line.text()).isMatched());
  size_t matched = 0;
  for (size_t at = 0; at < known.size(); at++) {
    for (int c = 0; c < 256; c++) {
      std::string changed = known;
      changed[at] = static_cast<char>(c);
      if (c == '\n') continue;
      const PaddedLine other(changed);
      CHECK(shapes.match(line.text()).isMatched());  // keep misses from outweighing matches
      const lane::MatchedLine found = shapes.match(other.text());
      if (!found.isMatched()) continue;
      matched++;
      CHECK_EQUAL(found.text(), changed);
      CHECK(entry.read(other.line(), arena) == lane::LineKind::entry);
      checkFields(found, entry, arena);
      arena.clear();
    }
  }
  CHECK(matched > 1000);
}

}  // namespace

TEST("a shape matches other strings and numbers and nothing else") {
  const std::string known = R"({"a": "x", "n": 1, "op": "REFUSE", "v": [true, {"k": "y"}]})";
  CHECK(matches(known, known));
  CHECK(matches(known,
                R"({"a": "", "n": -1.5e9, "op": "REFUSE", "v": [true, {"k": "a much longer value than that one"}]})"));
  CHECK(matches(known,
                "{\"a\": \"\xF0\x9F\x9A\x80\", \"n\": 0, \"op\": \"REFUSE\", \"v\": [true, {\"k\": \"\xC3\xA9\"}]}"));
  for (const char* text : {R"(\"x)", R"(\\)", R"(\ud800\u12aF)", R"(a long text and then \n\r\t\b\f\/\"\\)",
                           "\xC3\xA9\\n", R"(\u0000 thirty-one characters and\u0041)", "\\u0041\xF0\x9F\x9A\x80"}) {
    CHECK(matches(known, std::string(R"({"a": ")") + text + R"(", "n": 1, "op": "REFUSE", "v": [true, {"k": "y"}]})"));
  }
  for (const char* other : {R"({"a": "x", "n": 01, "op": "REFUSE", "v": [true, {"k": "y"}]})",
                            R"({"a": "x", "n": , "op": "REFUSE", "v": [true, {"k": "y"}]})",
                            R"({"a": "x", "n": 1, "op": "HALT", "v": [true, {"k": "y"}]})",
                            R"({"a": "x", "n": 1, "op": "REFUSE", "v": [true, {"k": "y"}]} )",
                            R"({"a": "x", "n": 1, "op": "REFUSE", "v": [false, {"k": "y"}]})",
                            R"({"a": "\x", "n": 1, "op": "REFUSE", "v": [true, {"k": "y"}]})",
                            R"({"a": "\u12G4", "n": 1, "op": "REFUSE", "v": [true, {"k": "y"}]})",
                            R"({"a": "\", "n": 1, "op": "REFUSE", "v": [true, {"k": "y"}]})",
                            R"({"a": x, "n": 1, "op": "REFUSE", "v": [true, {"k": "y"}]})",
                            R"({"a": "x", "n": NaN, "op": "REFUSE", "v": [true, {"k": "y"}]})",
                            R"({"a": "x", "n": 1.e1, "op": "REFUSE", "v": [true, {"k": "y"}]})", R"({"a": "x)"}) {
    CHECK(!matches(known, other));
  }
  CHECK(!matches(known, "{\"a\": \"\xED\xA0\x80\", \"n\": 1, \"op\": \"REFUSE\", \"v\": [true, {\"k\": \"y\"}]}"));
  CHECK(!matches(known, "{\"a\": \"\x01\", \"n\": 1, \"op\": \"REFUSE\", \"v\": [true, {\"k\": \"y\"}]}"));
}

TEST("a line with one of the words beyond JSON has no shape") {
  for (const char* word : {"NaN", "Infinity", "-Infinity"}) {
    const std::string line = std::string("{\"op\": \"HALT\", \"a\": ") + word + "}";
    CHECK(!matches(line, line));
  }
}

TEST("a matched line has the fields that a parse gives") {
  std::mt19937 random(5);
  lane::Arena arena;
  lane::EntryReader entry;
  lane::ShapeCache shapes;
  size_t matched = 0;
  for (int round = 0; round < 20000; round++) {
    const PaddedLine line(lane_test::randomLine(random));
    shapes.restart();
    const lane::LineKind kind = entry.read(line.line(), arena);
    const lane::MatchedLine found = shapes.match(line.text());
    if (!found.isMatched()) {
      if (kind == lane::LineKind::entry) shapes.learn(entry);
      continue;
    }
    matched++;
    CHECK(kind == lane::LineKind::entry);
    checkFields(found, entry, arena);
    arena.clear();
  }
  CHECK(matched > 5000);
}

TEST("a line of a known layout is good in every byte, or has it not") {
  changeEachByte(
      R"({"lane": "docs", "lease": {"heartbeat_at": "2026-01-01T00:00:00Z", "holder": "a", "pid": 4711}, )"
      R"("loop_ts": "t0", "op": "ACQUIRE", "seq": 10, "tree": ["docs/**", "test"], "ts": "2026-01-01T00:00:00Z"})");
  changeEachByte(
      R"({"heartbeat_at": "2026-01-01T00:00:09Z", "lane": "docs", "loop_ts": "t0", "op": "HEARTBEAT", "seq": 10})");
}

TEST("a line too short or too long for a layout is matched all the same") {
  for (const size_t bytes : {size_t{0}, size_t{lane::layoutBytesMax}}) {
    lane::Arena arena;
    lane::EntryReader entry;
    lane::ShapeCache shapes;
    const PaddedLine line("{\"op\": \"HALT\", \"a\": \"" + std::string(bytes, 'x') + "\"}");
    CHECK(entry.read(line.line(), arena) == lane::LineKind::entry);
    shapes.learn(entry);
    for (int i = 0; i < 5; i++) CHECK_EQUAL(shapes.match(line.text()).text(), line.line().bytes);
  }
}

TEST("a line that was looked ahead at is matched as it stands, once the cache is told that memory has changed") {
  const std::string first = R"({"op": "HEARTBEAT", "lane": "a", "loop_ts": "2026-01-01T00:00:00Z-1", "seq": 17})";
  const std::string longer = R"({"op": "HEARTBEAT", "lane": "abcd", "loop_ts": "2026-01-01T00:00:00Z-1", "seq": 17})";
  lane::Arena arena;
  lane::EntryReader entry;
  lane::ShapeCache shapes;
  const size_t bytes = 2 * longer.size() + 2;
  std::string memory(bytes + lane::PaddedText::paddingBytes, '\0');
  const lane::PaddedText text(memory, bytes);
  const auto put = [&](size_t at, const std::string& line) { memory.replace(at, line.size() + 1, line + '\n'); };
  const auto check = [&](size_t offset, const std::string& line) {
    const lane::PaddedText rest = text.from(text.data() + offset);
    CHECK(entry.read({rest.first(line.size()), {}, line.size() + 1, true, false}, arena) == lane::LineKind::entry);
    const lane::MatchedLine found = shapes.match(rest);
    if (!found.isMatched()) return shapes.learn(entry);
    CHECK_EQUAL(found.text(), line);
    checkFields(found, entry, arena);
  };
  put(0, first);
  for (int round = 0; round < 6; round++) {
    put(first.size() + 1, round % 2 == 0 ? first : longer);
    shapes.restart();
    check(0, first);
    const std::string& second = round % 2 == 0 ? longer : first;
    put(first.size() + 1, second);
    shapes.restart();
    check(first.size() + 1, second);
  }
}

TEST("a lease's stamp is the last of the last lease") {
  lane::Arena arena;
  for (const char* line : {R"({"op": "ACQUIRE", "lease": {"heartbeat_at": "a", "b": 1, "heartbeat_at": "c"}})",
                           R"({"lease": {"heartbeat_at": "a"}, "op": "ACQUIRE", "lease": {"b": 1}})",
                           R"({"lease": {"b": 1}, "op": "ACQUIRE", "lease": {"heartbeat_at": ["a", {"c": 2}]}})",
                           R"({"lease": [{"heartbeat_at": "a"}], "op": "ACQUIRE", "lease": {"heartbeat_at": 17}})",
                           R"({"op": "ACQUIRE", "lease": {"heartbeat_at": "a"}, "seq": [1], "tree": ["z"]})",
                           R"({"op": "RECONCILE", "lease": {"c": {"heartbeat_at": "a"}}})"}) {
    lane::EntryReader entry;
    lane::ShapeCache shapes;
    const PaddedLine known(line);
    CHECK(entry.read(known.line(), arena) == lane::LineKind::entry);
    shapes.learn(entry);
    for (int i = 0; i < 3; i++) {
      lane::MatchedLine found = shapes.match(known.text());
      CHECK(found.isMatched());
      CHECK(lane::isPresent(found.fields()[lane::Field::leaseStamp]));
      checkFields(found, entry, arena);
    }
  }
}

TEST("what most entries come down to is what a parse finds, however it is written") {
  const std::string rest = R"(, "reason": "long enough to have a layout of its own, whatever else there is"})";
  lane::Arena arena;
  for (const char* line :
       {R"({"op": "HEARTBEAT", "lane": "a", "loop_ts": "t", "seq": 7, "heartbeat_at": "h", "ts": "u")",
        R"({"op": "HEARTBEAT", "lane": "a", "loop_ts": "t", "seq": 12345678, "heartbeat_at": "", "ts": "u")",
        R"({"op": "HEARTBEAT", "lane": "a", "loop_ts": "t", "seq": 123456789, "heartbeat_at": null, "ts": "u")",
        R"({"op": "HEARTBEAT", "lane": "a", "seq": "12", "heartbeat_at": 0, "ts": "u")",
        R"({"op": "HEARTBEAT", "lane": "a", "heartbeat_at": 5, "ts": "u")",
        R"({"op": "HEARTBEAT", "lane": "", "ts": "")", R"({"op": "HEARTBEAT", "lane": 8, "loop_ts": "t")",
        R"({"op": "HEARTBEAT", "lane": "a", "ts": ["u"])",
        R"({"op": "HEARTBEAT", "lane": "a", "seq": 3, "seq_watermark": 9, "ts": "u")",
        R"({"op": "HEARTBEAT", "lane": "a", "seq": null, "ts": "u", "lane": "b", "ts": "v")",
        R"({"op": "RELEASE", "lane": "a", "loop_ts": null, "seq": true)",
        R"({"op": "SCAVENGE", "lane": "a", "loop_ts": "t", "seq": 0)", R"({"op": "RELEASE", "seq": 1.5)",
        R"({"op": "ADOPT", "lane": "a", "holder": "b", "seq": 5, "heartbeat_at": "h", "pid": 4711)"}) {
    lane::EntryReader entry;
    lane::ShapeCache shapes;
    const PaddedLine known(line + rest);
    CHECK(entry.read(known.line(), arena) == lane::LineKind::entry);
    shapes.learn(entry);
    for (int i = 0; i < 4; i++) {
      const lane::MatchedLine found = shapes.match(known.text());
      CHECK(found.isMatched());
      checkFields(found, entry, arena);
    }
  }
}

TEST("numbers of a sequence are read whatever their length") {
  lane::Arena arena;
  lane::EntryReader entry;
  lane::ShapeCache shapes;
  int64_t seq = 1;
  for (int round = 0; round < 300; round++) {
    const PaddedLine line("{\"op\": \"HALT\", \"seq\": " + std::to_string(seq) + "}");
    shapes.restart();
    if (lane::MatchedLine found = shapes.match(line.text()); found.isMatched()) {
      CHECK_EQUAL(found.higherSeq(0), seq);
    } else {
      entry.read(line.line(), arena);
      shapes.learn(entry);
    }
    seq = (round % 100 == 99) ? 1 : seq * 13 / 11 + 1;
  }
}
