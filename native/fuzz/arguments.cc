// The bytes are a command line, one word in each line. The executable hands it over, or understands it: the same
// request written in another way is understood alike, and a word more that no verb takes is handed over.
#include "lj/arguments.h"

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

std::vector<std::string> write(const lane::Request& request) {
  std::vector<std::string> words{std::string(lane::verbNames[static_cast<size_t>(request.verb)])};
  if (!request.journal.empty()) words.push_back("--journal=" + std::string(request.journal));
  if (request.json) words.emplace_back("--json");
  if (request.noSnapshot) words.emplace_back("--no-snapshot");
  if (request.mustExist) words.emplace_back("--must-exist");
  if (request.engineChosen) words.emplace_back("--engine=native");
  if (request.threads > 0) words.push_back("--threads=" + std::to_string(request.threads));
  return words;
}

bool isSame(const lane::Request& one, const lane::Request& other) {
  return one.verb == other.verb && one.journal == other.journal && one.json == other.json &&
         one.noSnapshot == other.noSnapshot && one.mustExist == other.mustExist &&
         one.engineChosen == other.engineChosen && one.threads == other.threads;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string text = fuzz::Input(bytes, size).text();
  std::vector<std::string_view> words = wordsIn(text);
  const auto request = lane::readArguments(words);
  if (!request) return 0;
  const std::vector<std::string> written = write(*request);
  const auto again = lane::readArguments({written.begin(), written.end()});
  if (!again || !isSame(*request, *again)) __builtin_trap();
  words.emplace_back("--bogus");
  if (lane::readArguments(words)) __builtin_trap();
  return 0;
}
