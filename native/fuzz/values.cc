// Takes the input as one JSON value. Its words (docs/format.md 4) must equal the numbers that the C library reads, and
// the text that JSON.stringify would write must be good JSON that is rewritten as itself.
#include "json/words.h"

#include <clocale>
#include <cmath>
#include <cstdlib>

#include "base/quote.h"
#include "fold/fold.h"
#include "fuzz/input.h"
#include "fuzz/ordinary.h"
#include "json/stringify.h"
#include "json/verbatim.h"

namespace {

std::string stringified(lane::Value value) {
  std::string out;
  lane::appendStringified(value, out);
  return out;
}

void requireNumber(lane::Value value) {
  const double number = lane::numberOf(value);
  const std::string ended(value);
  const bool isWord = ended.find_first_of("NI") != std::string::npos;
  const double expected = isWord ? number : std::strtod(ended.c_str(), nullptr);
  fuzz::require(number == expected || (std::isnan(number) && isWord), "the double that strtod reads");
  fuzz::require(isWord || std::signbit(number) == std::signbit(expected), "the sign that strtod reads");
  std::string written;
  lane::appendNumber(number, written);
  if (std::isfinite(number)) {
    fuzz::require(std::strtod(written.c_str(), nullptr) == number, "a number that reads back");
    fuzz::require(lane::numberOf(written) == number, "a number that we read back");
  }
  fuzz::require(lane::isEmpty(value) == (number == 0), "a number to be empty if it is 0");
  const double whole = std::trunc(number);
  const bool safe = std::fabs(whole) <= static_cast<double>(lane::safeIntegerMax);
  fuzz::require(lane::intOf(value) == (safe ? static_cast<int64_t>(whole) : 0), "a number's int");
  const auto exact = lane::safeIntegerOf(value);
  fuzz::require(exact.has_value() == (safe && whole == number), "a safe integer to be told");
}

void requireString(lane::Value value) {
  std::string room;
  const std::string text(lane::textOf(value, room));
  std::string quoted;
  lane::appendQuoted(text, quoted);
  const fuzz::ExactText line(quoted);
  lane::JsonText json;
  fuzz::require(json.parse(line.text()) == lane::Verdict::good, "a quoted text to be good");
  fuzz::requireSame(lane::textOf(json.root(), room), text, "a quoted text read back");
  fuzz::require(lane::isEmpty(value) == text.empty(), "a string to be empty if it has no character");
  fuzz::require(!lane::movesBack(value, value), "a stamp not to be before itself");
}

void requireContainer(lane::Value value) {
  const std::string once = stringified(value);
  const fuzz::ExactText line(once);
  lane::JsonText json;
  fuzz::require(json.parse(line.text()) == lane::Verdict::good, "a stringified value to be good");
  fuzz::requireSame(stringified(json.root()), once, "a stringified value stringified again");
  if (lane::isStringified(value)) fuzz::requireSame(value, once, "a verbatim text");
  fuzz::require(lane::isEmpty(value) == (once.size() == 2), "a container to be empty if nothing is in it");
  fuzz::require(lane::intOf(value) == 0, "a container's int to be 0");
}

void readValues(std::string_view text) {
  lane::JsonText json;
  std::string room;
  fuzz::forEachLine(text, [&](const lane::Line& line) {
    if (json.parse(line.bytes) != lane::Verdict::good) return;
    lane::textOf(json.root(), room);
    lane::intOf(json.root());
    lane::movesBack(json.root(), json.root());
  });
}

fuzz::CostOracle& cost() {
  static fuzz::CostOracle oracle(readValues, fuzz::ordinaryJournal());
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
  // A value is part of a line, all of which was validated.
  const lane::Value value = json.root();
  std::string room;
  lane::textOf(value, room);
  lane::intOf(value);
  if (lane::isNumber(value)) requireNumber(value);
  if (lane::isString(value)) requireString(value);
  if (lane::isObject(value) || lane::isArray(value)) requireContainer(value);
  return 0;
}
