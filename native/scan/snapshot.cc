// Writes the settled state of a scan as text and reads it back.
#include "scan/snapshot.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "json/json.h"
#include "json/words.h"
#include "scan/check_rows.h"

namespace lane {

namespace {

void appendTagged(std::string_view tag, std::string& out) { out.append("[\"").append(tag).append("\""); }

void appendTexts(const Identity& identity, std::string& out) {
  out += ',';
  appendQuoted(identity.loopTs, out);
  out += ',';
  appendQuoted(identity.lane, out);
}

template <class Number>
void appendCount(Number number, std::string& out) {
  out.append(",").append(std::to_string(number));
}

void appendNumbers(Place place, std::string& out) {
  appendCount(place.line, out);
  appendCount(place.offset, out);
}

[[noreturn]] void refuse(const char* what) { throw std::invalid_argument(std::string("snapshot: expected ") + what); }

uint64_t countOf(Value value) {
  const auto number = safeIntegerOf(value);
  if (!number || *number < 0) refuse("a whole number");
  return static_cast<uint64_t>(*number);
}

int64_t integerOrNone(Value value) {
  if (isNull(value)) return Order::none;
  const auto number = safeIntegerOf(value);
  if (!number) refuse("an integer or null");
  return *number;
}

std::string textIn(Value value) {
  if (!isString(value)) refuse("a string");
  std::string room;
  return std::string(textOf(value, room));
}

}  // namespace

std::string snapshotText(const State& state, uint64_t offset) {
  std::string out;
  appendTagged("position", out);
  for (const uint64_t number : {offset, state.lines(), state.entries()}) appendCount(number, out);
  appendCount(state.nextSeq() - 1, out);
  appendCount(state.counter(), out);
  out += "]\n";
  appendTagged("order", out);
  for (const int64_t last : {state.order().seq, state.order().ts}) {
    out += ',';
    out += last == Order::none ? "null" : std::to_string(last);
  }
  out += "]\n";
  for (const auto& [op, count] : state.ops().counts()) {
    appendTagged("op", out);
    out += ',';
    appendQuoted(op, out);
    appendCount(count, out);
    out += "]\n";
  }
  for (size_t i = 0; i < findingCount; i++) {
    const Finding& finding = state.findings()[findingAt(i)];
    appendTagged(findingNames[i], out);
    appendCount(finding.count(), out);
    for (const Place& place : finding.first()) appendNumbers(place, out);
    out += "]\n";
  }
  appendCheckRows(state.checks().state(), out);
  for (const LiveLeases::Record* record : state.live().inOrder()) {
    appendTagged("lease", out);
    appendTexts(record->identity(), out);
    appendNumbers(record->value.place(), out);
    out += "]\n";
    record->value.appendTo(out);
    out += '\n';
  }
  for (const auto* record : state.generations().inOrder()) {
    appendTagged("token", out);
    appendTexts(record->identity(), out);
    appendCount(record->value, out);
    out += "]\n";
  }
  return out += "[\"end\"]\n";
}

/// Reads the lines in order. Each must be one that is valid at its position.
class SnapshotReader {
 public:
  explicit SnapshotReader(std::string_view text) : text_(text) {}

  Settled read() {
    expectTag("position", 6);
    settled_.offset = countOf(at(1));
    State& state = settled_.state;
    state.totals_.lines = countOf(at(2));
    state.totals_.entries = countOf(at(3));
    state.totals_.highestSeq = static_cast<int64_t>(countOf(at(4)));
    state.totals_.counter = static_cast<int64_t>(countOf(at(5)));
    next();
    expectTag("order", 3);
    state.totals_.order = {integerOrNone(at(1)), integerOrNone(at(2))};
    next();
    for (; tag() == "op"; next()) readOp();
    for (size_t i = 0; i < findingCount; i++) readFinding(findingNames[i], state.totals_.findings[findingAt(i)]);
    const auto take = [this](std::string_view wanted, size_t before, size_t size) {
      return takeNumbers(wanted, before, size);
    };
    state.checks() = Checks(readCheckRows(take, settled_.offset));
    for (; tag() == "lease"; next()) readLease();
    for (; tag() == "token"; next()) readToken();
    expectTag("end", 1);
    if (!text_.empty()) refuse("the end");
    return std::move(settled_);
  }

 private:
  std::string_view takeLine() {
    const size_t end = text_.find('\n');
    if (end == std::string_view::npos) refuse("a line feed");
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return line;
  }

  void next() {
    const std::string_view line = takeLine();
    if (!isArray(line) || json_.parse(line) != Verdict::good || json_.children().empty()) refuse("an array");
    tag_ = textIn(at(0));
  }

  const std::string& tag() {
    if (tag_.empty()) next();
    return tag_;
  }

  void expectTag(std::string_view wanted, size_t items) {
    if (tag() != wanted || json_.children().size() != items) refuse(std::string(wanted).c_str());
  }

  Value at(size_t index) const { return json_.children()[index].value; }

  void readOp() {
    expectTag("op", 3);
    OpCounts& ops = settled_.state.totals_.ops;
    const size_t known = ops.counts().size();
    const size_t number = ops.numberOf(textIn(at(1)));
    if (number < known) refuse("an op once");
    ops.add(number, countOf(at(2)));
  }

  void readFinding(std::string_view name, Finding& finding) {
    if (tag() != name || json_.children().size() < 2 || json_.children().size() % 2 != 0) refuse("a finding");
    for (size_t i = 2; i + 1 < json_.children().size(); i += 2) finding.add({countOf(at(i)), countOf(at(i + 1))});
    const uint64_t listed = finding.count();
    const uint64_t count = countOf(at(1));
    if (listed != finding.first().size() || count < listed) refuse("a finding's places");
    finding.addUnlisted(count - listed);
    next();
  }

  /// Returns the numbers of the row, in groups of `size` after the first `before`, and takes the next row.
  std::vector<uint64_t> takeNumbers(std::string_view wanted, size_t before, size_t size) {
    if (tag() != wanted || json_.children().size() < before + 1) refuse(std::string(wanted).c_str());
    if ((json_.children().size() - 1 - before) % size != 0) refuse("groups of numbers");
    std::vector<uint64_t> numbers;
    for (size_t i = 1; i < json_.children().size(); i++) numbers.push_back(countOf(at(i)));
    next();
    return numbers;
  }

  void readLease() {
    expectTag("lease", 5);
    const std::string loopTs = textIn(at(1));
    const std::string lane = textIn(at(2));
    const Place place{countOf(at(3)), countOf(at(4))};
    const std::string_view object = takeLine();
    if (!isObject(object) || object_.parse(object) != Verdict::good) refuse("a lease");
    const Identity identity{loopTs, lane};
    LiveLeases& live = settled_.state.live_;
    const size_t known = live.size();
    live.at(identity, hashOf(identity)).restore(object_, place);
    if (live.size() == known) refuse("an identity once");
  }

  void readToken() {
    expectTag("token", 4);
    const std::string loopTs = textIn(at(1));
    const std::string lane = textIn(at(2));
    const auto generation = safeIntegerOf(at(3));
    if (!generation) refuse("a generation");
    const Identity identity{loopTs, lane};
    auto& generations = settled_.state.generations_;
    const size_t known = generations.size();
    generations.at(identity, hashOf(identity)) = *generation;
    if (generations.size() == known) refuse("an identity once");
  }

  std::string_view text_;
  Settled settled_;
  JsonText json_;
  JsonText object_;
  std::string tag_;
};

Settled readSnapshot(std::string_view text) { return SnapshotReader(text).read(); }

}  // namespace lane
