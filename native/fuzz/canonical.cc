// Takes the input as one JSON value. Its canonical text must be good JSON with the same value and depth, and must be
// its own canonical text.
#include "compact/canonical.h"

#include "compact/value.h"
#include "fuzz/input.h"
#include "fuzz/ordinary.h"

namespace {

std::string canonical(lane::Value value) {
  std::string out;
  lane::appendCanonical(value, out);
  return out;
}

void rewriteValues(std::string_view text) {
  lane::JsonText json;
  std::string room;
  fuzz::forEachLine(text, [&](const lane::Line& line) {
    if (json.parse(line.bytes) == lane::Verdict::good) lane::compactedLease(json.root(), room);
  });
}

fuzz::CostOracle& cost() {
  static fuzz::CostOracle oracle(rewriteValues, fuzz::ordinaryJournal());
  return oracle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string text = input.line();
  fuzz::sampleCost(cost(), input, text);
  const fuzz::ExactText line(text);
  lane::JsonText json;
  if (json.parse(line.text()) != lane::Verdict::good) return 0;
  const lane::Value value = json.root();
  const std::string once = canonical(value);
  const fuzz::ExactText written(once);
  lane::JsonText again;
  fuzz::require(again.parse(written.text()) == lane::Verdict::good, "a canonical text to be good");
  fuzz::requireSame(again.root(), once, "a canonical text to be one value");
  fuzz::requireSame(canonical(once), once, "a canonical text rewritten");
  fuzz::require(lane::hashOfValue(once) == lane::hashOfValue(value), "a canonical text to have the same value");
  std::string room;
  fuzz::requireSame(lane::compactedLease(value, room), once, "a lease rewritten");
  fuzz::require(lane::depthOf(once) <= lane::depthOf(value), "a canonical text to be no deeper");
  if (lane::isObject(value)) {
    lane::Arena arena;
    lane::Arena rewritten;
    lane::identityOfObject(value, arena);
    lane::identityOfObject(once, rewritten);
  }
  return 0;
}
