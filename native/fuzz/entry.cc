// Takes the input as one line. Its kind must be the one that the plainest reading of the grammar of docs/format.md 3
// determines. The members of an entry must be good texts by themselves, and its text must read the same again. A line
// must be a tear if and only if something completes it.
#include "fold/entry.h"

#include <set>

#include "base/decode.h"
#include "fuzz/input.h"
#include "fuzz/ordinary.h"
#include "fuzz/plain_grammar.h"
#include "fuzz/plain_tear.h"
#include "json/tear.h"
#include "json/words.h"

namespace {

void requireGood(lane::Value value) {
  const fuzz::ExactText alone(value);
  lane::JsonText json;
  fuzz::require(json.parse(alone.text()) == lane::Verdict::good, "a child to be good by itself");
  fuzz::requireSame(json.root(), value, "a child's text");
}

/// Compares the keys after decoding.
bool repeatsPlainly(const lane::JsonText& json) {
  std::set<std::string> seen;
  for (const lane::Child& child : json.children()) {
    std::string key;
    lane::appendUnescaped(child.key, key);
    if (!seen.insert(key).second) return true;
  }
  return false;
}

void requireRepeats(lane::EntryReader& entry) {
  lane::JsonText json;
  json.parse(entry.text());
  bool repeats = repeatsPlainly(json);
  if (const lane::Value lease = entry.fields()[lane::Field::lease]; lane::isObject(lease)) {
    lane::JsonText members;
    members.parse(lease);
    repeats = repeats || repeatsPlainly(members);
  }
  fuzz::require(entry.repeatsKeys() == repeats, "repeated keys as a set tells them");
}

/// Copies the text to the end of its own memory, so that a sanitizer detects a read past it.
void requireTear(const std::string& text) {
  const fuzz::ExactText line(text);
  fuzz::require(lane::isTear(line.text()) == fuzz::isTearPlainly(text), "a tear where the line can be completed");
}

/// Runs everything that a line which matches no shape goes through.
void readLines(std::string_view text) {
  lane::Arena arena;
  lane::EntryReader entry;
  std::string sentinel;
  fuzz::forEachLine(text, [&](const lane::Line& line) {
    if (entry.read(line, arena) == lane::LineKind::entry) {
      entry.repeatsKeys();
      entry.admitsRefusal();
    }
    lane::isTear(line.bytes);
    sentinel.clear();
    lane::appendSentinel(line.bytes, 7, sentinel);
    arena.clear();
  });
}

fuzz::CostOracle& cost() {
  static fuzz::CostOracle oracle(readLines, fuzz::ordinaryJournal());
  return oracle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string text = input.line();
  fuzz::sampleCost(cost(), input, text);
  const fuzz::ExactText line(text);
  lane::Arena arena;
  lane::EntryReader entry;
  const lane::LineKind kind = entry.read(line.line(), arena);
  fuzz::require(kind == fuzz::kindPlainly(text), "the kind of line that the grammar says");
  requireTear(text);
  std::string sentinel;
  lane::appendSentinel(text, 7, sentinel);
  requireGood(sentinel);
  if (kind != lane::LineKind::entry) return 0;
  fuzz::require(lane::isWellFormed(entry.text()), "an entry's text to be well-formed");
  fuzz::require(entry.wasIllFormed() == !lane::isWellFormed(text), "ill-formed text to be told");
  lane::JsonText json;
  fuzz::require(json.parse(entry.text()) == lane::Verdict::good, "an entry's text to be good");
  for (const lane::Child& child : json.children()) requireGood(child.value);
  requireRepeats(entry);
  lane::EntryReader again;
  const fuzz::ExactText decoded(entry.text());
  fuzz::require(again.read(decoded.line(), arena) == kind, "the same kind once it is decoded");
  for (size_t i = 0; i < lane::fieldCount; i++) {
    const auto field = static_cast<lane::Field>(i);
    fuzz::requireSame(again.fields()[field], entry.fields()[field], "the same field once it is decoded");
  }
  return 0;
}
