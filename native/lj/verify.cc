// Formats what `lj verify` prints.
#include "lj/verify.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/number.h"
#include "base/quote.h"
#include "json/good.h"
#include "lj/hand_over.h"
#include "lj/print.h"
#include "lj/tree.h"

namespace lane {

namespace {

enum class Level : uint8_t {
  damage,
  warning,
  note,
};

constexpr std::string_view levelNames[] = {"DAMAGE ", "warning", "note   "};

struct Kind {
  std::string_view name;
  Level level;
  std::string_view says;
};

constexpr Kind kinds[] = {
    {"corrupt", Level::damage, "not one JSON text; read as a _CORRUPT sentinel"},
    {"nonObjects", Level::warning, "JSON, but not an object; skipped"},
    {"illFormedUtf8", Level::warning, "bytes that are not UTF-8; read as U+FFFD"},
    {"repeatedKeys", Level::warning, "a key is repeated in the entry or its lease; the last value counts"},
    {"oddSeq", Level::warning, "seq is not a safe integer; counted as 0"},
    {"heartbeatBack", Level::warning, "moves a live lease's heartbeat_at back"},
    {"seqBack", Level::note, "seq repeats the last number or falls below it"},
    {"tsBack", Level::note, "ts is earlier than the last entry's"},
    {"strayEnd", Level::note, "ends a lease that is not live"},
    {"strayBeat", Level::note, "renews or adopts a lease that is not live"},
    {"refusedAcquire", Level::note, "an ACQUIRE that says REFUSED; the lease is live anyway"},
    {"sharedLane", Level::note, "acquired a lane that is live under another identity too"},
};

const Tree& memberOf(const Tree& object, std::string_view key) {
  for (const Member& member : object.members) {
    if (member.key == key) return member.value;
  }
  throw HandOver();
}

uint64_t countIn(const Tree& object, std::string_view key) {
  return static_cast<uint64_t>(memberOf(object, key).number);
}

std::string numberIn(const Tree& object, std::string_view key) { return std::to_string(countIn(object, key)); }

bool isTrue(const Tree& object, std::string_view key) { return memberOf(object, key).text == "true"; }

/// An op and how often it occurs.
using Op = std::pair<std::string, uint64_t>;

/// Returns the ops, the most frequent first, else in order of first sight.
std::vector<Op> readOps(std::string_view report) {
  constexpr std::string_view before = "\"ops\":";
  GoodText text(report.substr(report.find(before) + before.size()));
  std::vector<Op> ops;
  text.skip('{');
  while (!text.skip('}')) {
    std::string name(text.string());
    // JavaScript lists the names that are array indexes first.
    if (areAllDigits(name)) throw HandOver();
    text.skip(':');
    ops.emplace_back(std::move(name), std::stoull(std::string(text.scalar())));
    text.skip(',');
  }
  std::stable_sort(ops.begin(), ops.end(), [](const Op& a, const Op& b) { return a.second > b.second; });
  return ops;
}

class Report {
 public:
  explicit Report(const Verified& verified) : verified_(verified), scan_(readTree(verified.report)) {}

  bool isDamaged() const {
    return countOf("corrupt") + countOf("badChecks") > 0 ||
           (torn().kind == Tree::Kind::object && isTrue(torn(), "damaged"));
  }

  std::string format() {
    out_ += "journal ";
    appendPrintable(verified_.path, out_);
    out_ += verified_.exists ? "\n" : " (no such file: an empty journal)\n";
    out_ += "engine  native\n";
    out_ += "read    bytes " + numberIn(scan_, "bytes") + ", lines " + numberIn(scan_, "lines");
    out_ += ", entries " + numberIn(scan_, "entries") + "\n";
    out_ += "state   live leases " + numberIn(scan_, "live") + ", next seq " + numberIn(scan_, "nextSeq") + "\n";
    appendChecked();
    if (countIn(scan_, "entries") > 0) appendOps();
    appendBadChecks();
    for (const Kind& kind : kinds) appendFinding(kind);
    if (torn().kind == Tree::Kind::object) appendTornTail();
    appendConclusion();
    return std::move(out_);
  }

 private:
  uint64_t countOf(std::string_view kind) const { return countIn(memberOf(scan_, kind), "count"); }

  const Tree& torn() const { return memberOf(scan_, "tornTail"); }

  void appendOps() {
    constexpr size_t shownMax = 20;
    const std::vector<Op> ops = readOps(verified_.report);
    out_ += "ops     ";
    for (size_t i = 0; i < std::min(ops.size(), shownMax); i++) {
      if (i > 0) out_ += ", ";
      if (ops[i].first.empty()) out_ += "(none)";
      appendPrintable(ops[i].first, out_);
      out_ += " " + std::to_string(ops[i].second);
    }
    if (ops.size() > shownMax) out_ += ", " + std::to_string(ops.size() - shownMax) + " others";
    out_ += "\n";
  }

  void appendFinding(const Kind& kind) {
    const Tree& finding = memberOf(scan_, kind.name);
    const uint64_t count = countIn(finding, "count");
    if (count == 0) return;
    out_.append(levelNames[static_cast<size_t>(kind.level)]).append(" ").append(kind.name).append(" ");
    out_.append(std::to_string(count)).append(": ").append(kind.says).append("\n");
    const std::vector<Member>& places = memberOf(finding, "first").members;
    for (const Member& place : places) appendPlaceLine(place.value);
    if (count > places.size()) out_ += "        and " + std::to_string(count - places.size()) + " more\n";
  }

  void appendChecked() {
    const Tree& checked = memberOf(scan_, "checked");
    if (countIn(checked, "values") == 0) return;
    out_ += "checks  values " + numberIn(checked, "values") + ", covering " + numberIn(checked, "bytes");
    out_ += " of " + numberIn(scan_, "bytes") + " bytes\n";
  }

  void appendBadChecks() {
    const Tree& finding = memberOf(scan_, "badChecks");
    const uint64_t count = countIn(finding, "count");
    if (count == 0) return;
    out_ += "DAMAGE  badChecks " + std::to_string(count);
    out_ += ": a check value is wrong; bytes were changed, lost or moved between\n";
    const std::vector<Member>& stretches = memberOf(finding, "first").members;
    for (const Member& stretch : stretches) {
      out_ += "        ";
      appendPlace(memberOf(stretch.value, "from"));
      out_ += " and ";
      appendPlace(memberOf(stretch.value, "to"));
      out_ += "\n";
    }
    if (count > stretches.size()) out_ += "        and " + std::to_string(count - stretches.size()) + " more\n";
  }

  void appendPlaceLine(const Tree& place) {
    out_ += "        ";
    appendPlace(place);
    out_ += "\n";
  }

  void appendPlace(const Tree& place) {
    out_ += "line " + numberIn(place, "line") + " (" + std::to_string(countIn(place, "line") + 1);
    out_ += " in an editor), byte " + numberIn(place, "offset");
  }

  void appendTornTail() {
    if (!isTrue(torn(), "damaged")) {
      out_ += "warning tornTail: the last line was cut off, as by a crash during an append; readers drop it\n";
    } else {
      out_ += "DAMAGE  tornTail: the last line is not one JSON text, ";
      out_ += isTrue(torn(), "terminated") ? "although it ends with an LF" : "nor the beginning of an entry";
      out_ += "; readers drop it\n";
    }
    appendPlaceLine(torn());
  }

  uint64_t kindsFound(Level level) const {
    uint64_t found = 0;
    for (const Kind& kind : kinds) {
      if (kind.level == level && countOf(kind.name) > 0) found++;
    }
    return found;
  }

  static std::string formatKinds(uint64_t count) {
    return "of " + std::to_string(count) + (count == 1 ? " kind" : " kinds");
  }

  void appendConclusion() {
    const bool isTorn = torn().kind == Tree::Kind::object;
    const bool tailDamaged = isTorn && isTrue(torn(), "damaged");
    const uint64_t warnings = kindsFound(Level::warning) + (isTorn && !tailDamaged ? 1 : 0);
    const uint64_t notes = kindsFound(Level::note);
    if (!isDamaged() && warnings + notes == 0) {
      out_ += "sound: no findings\n";
      return;
    }
    if (isDamaged()) {
      const uint64_t lines = countOf("corrupt") + (tailDamaged ? 1 : 0);
      const uint64_t stretches = countOf("badChecks");
      out_ += "DAMAGED: ";
      if (lines > 0) out_ += std::to_string(lines) + (lines == 1 ? " line, " : " lines, ");
      if (stretches > 0) out_ += std::to_string(stretches) + (stretches == 1 ? " stretch, " : " stretches, ");
    } else {
      out_ += "sound: no damage, ";
    }
    out_ += warnings == 0 ? "no warnings" : "warnings " + formatKinds(warnings);
    if (notes > 0) out_ += ", notes " + formatKinds(notes);
    out_ += "; lines and bytes are counted from 0\n";
  }

  const Verified& verified_;
  const Tree scan_;
  std::string out_;
};

/// The report with the members that describe the file. They are sorted when they are printed.
std::string formatJson(const Verified& verified, bool damaged) {
  std::string text = "{\"engine\":\"native\",\"isJournal\":true,\"path\":";
  appendQuoted(verified.path, text);
  text.append(",\"exists\":").append(verified.exists ? "true" : "false");
  text.append(",\"damaged\":").append(damaged ? "true" : "false");
  text.append(",").append(verified.report.substr(1));
  std::string out;
  appendStrict(readTree(text), out);
  return out += '\n';
}

}  // namespace

VerdictText formatVerdict(const Verified& verified, bool json) {
  Report report(verified);
  const bool damaged = report.isDamaged();
  return {json ? formatJson(verified, damaged) : report.format(), damaged};
}

}  // namespace lane
