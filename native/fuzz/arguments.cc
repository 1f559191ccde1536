// The bytes are a command line, one word in each line. The executable hands it over, or understands it: the same
// request written in another way is understood alike, and a word more that no verb takes is handed over.
#include "lj/arguments.h"

#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "input.h"

namespace {

std::vector<std::string_view> wordsIn(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find('\n'));
    words.push_back(word);
    text.remove_prefix(word.size() < text.size() ? word.size() + 1 : word.size());
  }
  return words;
}

/// Returns an empty text for a moment before the year 0 or after the year 9999, which no stamp of that zone can
/// express.
std::string stampOf(int64_t milliseconds) {
  const int64_t fraction = (milliseconds % 1000 + 1000) % 1000;
  const auto seconds = static_cast<time_t>((milliseconds - fraction) / 1000);
  const struct tm* parts = std::gmtime(&seconds);
  if (parts == nullptr || parts->tm_year < -1900 || parts->tm_year > 8099) return {};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts->tm_year + 1900, parts->tm_mon + 1,
                parts->tm_mday, parts->tm_hour, parts->tm_min, parts->tm_sec, static_cast<int>(fraction));
  return text;
}

std::string write(const lane::Bound& bound) {
  switch (bound.kind) {
    case lane::Bound::Kind::line: return "--until-line=" + std::to_string(bound.value);
    case lane::Bound::Kind::offset: return "--until-offset=" + std::to_string(bound.value);
    case lane::Bound::Kind::seq: return "--until-seq=" + std::to_string(bound.value);
    case lane::Bound::Kind::ts: return "--at=" + stampOf(bound.value);
  }
  return {};
}

std::vector<std::string> write(const lane::Request& request) {
  if (request.verb == lane::Verb::version) return {"-V"};
  std::vector<std::string> words{std::string(lane::verbNames[static_cast<size_t>(request.verb)])};
  if (!request.journal.empty()) words.push_back("--journal=" + std::string(request.journal));
  if (request.json) words.emplace_back("--json");
  if (request.noSnapshot) words.emplace_back("--no-snapshot");
  if (request.mustExist) words.emplace_back("--must-exist");
  if (request.engineChosen) words.emplace_back("--engine=native");
  if (request.threads > 0) words.push_back("--threads=" + std::to_string(request.threads));
  if (request.verb == lane::Verb::tail) words.push_back(std::to_string(request.count));
  if (request.until) words.push_back(write(*request.until));
  return words;
}

bool isSame(const std::optional<lane::Bound>& one, const std::optional<lane::Bound>& other) {
  if (!one || !other) return one.has_value() == other.has_value();
  return one->kind == other->kind && one->value == other->value;
}

bool isSame(const lane::Request& one, const lane::Request& other) {
  return one.verb == other.verb && one.journal == other.journal && one.json == other.json &&
         one.noSnapshot == other.noSnapshot && one.mustExist == other.mustExist &&
         one.engineChosen == other.engineChosen && one.threads == other.threads && one.count == other.count &&
         isSame(one.until, other.until);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string text = fuzz::Input(bytes, size).text();
  std::vector<std::string_view> words = wordsIn(text);
  const auto request = lane::readArguments(words);
  if (!request) return 0;
  const std::vector<std::string> written = write(*request);
  if (written.back() == "--at=") return 0;
  const auto again = lane::readArguments({written.begin(), written.end()});
  if (!again || !isSame(*request, *again)) __builtin_trap();
  words.emplace_back("--bogus");
  if (lane::readArguments(words)) __builtin_trap();
  return 0;
}
