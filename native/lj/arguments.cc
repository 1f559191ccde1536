// Reads the command lines that this program answers.
#include "lj/arguments.h"

#include <algorithm>
#include <charconv>

#include "base/number.h"

namespace lane {

namespace {

/// More threads than this are never used.
constexpr unsigned threadsMax = 64;

/// Reads the words one after the other. Every method returns false if the JavaScript command must answer.
class Reader {
 public:
  explicit Reader(const std::vector<std::string_view>& words) : words_(words) {}

  std::optional<Request> read() {
    while (at_ < words_.size()) {
      const std::string_view word = words_[at_++];
      if (word.empty() || !(word.front() == '-' ? option(word) : positional(word))) return std::nullopt;
    }
    if (!hasVerb_ || (request_.noSnapshot && request_.verb == Verb::verify)) return std::nullopt;
    return request_;
  }

 private:
  bool positional(std::string_view word) {
    if (hasVerb_) return path(word);
    const auto* const found = std::find(std::begin(verbNames), std::end(verbNames), word);
    if (found == std::end(verbNames)) return false;
    request_.verb = static_cast<Verb>(found - std::begin(verbNames));
    return hasVerb_ = true;
  }

  bool option(std::string_view word) {
    if (word == "--json") return request_.json = true;
    if (word == "--must-exist") return request_.mustExist = true;
    if (word == "--no-snapshot") return request_.noSnapshot = true;
    const size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    if (name != "--journal" && name != "--engine" && name != "--threads") return false;
    const std::optional<std::string_view> value = valueOf(word, equals);
    if (!value) return false;
    if (name == "--journal") return path(*value);
    return name == "--engine" ? engine(*value) : threads(*value);
  }

  /// A separate value that begins with a hyphen may be a mistake.
  std::optional<std::string_view> valueOf(std::string_view word, size_t equals) {
    if (equals != std::string_view::npos) return word.substr(equals + 1);
    if (at_ == words_.size() || words_[at_].substr(0, 1) == "-") return std::nullopt;
    return words_[at_++];
  }

  bool path(std::string_view value) {
    if (!request_.journal.empty() || value.empty() || value == "-") return false;
    request_.journal = value;
    return true;
  }

  bool engine(std::string_view value) {
    if (request_.engineChosen || (value != "native" && value != "auto")) return false;
    return request_.engineChosen = true;
  }

  bool threads(std::string_view value) {
    constexpr size_t digitsMax = 9;
    unsigned number = 0;
    if (request_.threads != 0 || value.empty() || value.size() > digitsMax) return false;
    if (!std::all_of(value.begin(), value.end(), isDigit)) return false;
    std::from_chars(value.data(), value.data() + value.size(), number);
    request_.threads = std::min(number, threadsMax);
    return number > 0;
  }

  const std::vector<std::string_view>& words_;
  size_t at_ = 0;
  bool hasVerb_ = false;
  Request request_;
};

}  // namespace

std::optional<Request> readArguments(const std::vector<std::string_view>& words) { return Reader(words).read(); }

}  // namespace lane
