// Reads the command lines that this program answers.
#include "lj/arguments.h"

#include <algorithm>
#include <charconv>

#include "base/number.h"
#include "fold/stamp.h"

namespace lane {

namespace {

/// More threads than this are never used.
constexpr unsigned threadsMax = 64;

/// The options that take a value.
enum class ValueOption : uint8_t {
  journal,
  engine,
  threads,
  at,
  untilSeq,
  untilLine,
  untilOffset,
};

constexpr std::string_view valueNames[] = {"--journal",   "--engine",     "--threads",     "--at",
                                           "--until-seq", "--until-line", "--until-offset"};

/// Returns nothing for a number that is signed or of more than 15 digits.
std::optional<uint64_t> readNumber(std::string_view value) {
  constexpr size_t digitsMax = 15;
  uint64_t number = 0;
  if (!areAllDigits(value) || value.size() > digitsMax) return std::nullopt;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

/// Reads the words one after the other. Every method returns false if the JavaScript command must answer.
class Reader {
 public:
  explicit Reader(const std::vector<std::string_view>& words) : words_(words) {}

  std::optional<Request> read() {
    if (words_.size() == 1 && (words_[0] == "--version" || words_[0] == "-V")) {
      request_.verb = Verb::version;
      return request_;
    }
    while (at_ < words_.size()) {
      const std::string_view word = words_[at_++];
      if (word.empty() || !(word.front() == '-' ? option(word) : positional(word))) return std::nullopt;
    }
    return hasVerb_ && isAllowed() ? std::optional(request_) : std::nullopt;
  }

 private:
  /// Whether the verb takes these options.
  bool isAllowed() const {
    const Verb verb = request_.verb;
    if (request_.noSnapshot && verb != Verb::replay && verb != Verb::seq) return false;
    return !request_.until || verb == Verb::replay;
  }

  bool positional(std::string_view word) {
    if (!hasVerb_) return verb(word);
    if (request_.verb != Verb::tail) return path(word);
    const bool isSigned = word.size() > 1 && word.front() == '+' && isDigit(word[1]);
    return isDigit(word.front()) ? count(word) : !isSigned && path(word);
  }

  bool verb(std::string_view word) {
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
    const auto* const known = std::find(std::begin(valueNames), std::end(valueNames), name);
    if (known == std::end(valueNames)) return false;
    const std::optional<std::string_view> value = valueOf(word, equals);
    return value && take(static_cast<ValueOption>(known - std::begin(valueNames)), *value);
  }

  bool take(ValueOption option, std::string_view value) {
    switch (option) {
      case ValueOption::journal: return path(value);
      case ValueOption::engine: return engine(value);
      case ValueOption::threads: return threads(value);
      case ValueOption::at: return at(value);
      case ValueOption::untilSeq: return until(Bound::Kind::seq, value);
      case ValueOption::untilLine: return until(Bound::Kind::line, value);
      case ValueOption::untilOffset: return until(Bound::Kind::offset, value);
    }
    return false;
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
    const std::optional<uint64_t> number = readNumber(value);
    if (request_.threads != 0 || !number) return false;
    request_.threads = static_cast<unsigned>(std::min<uint64_t>(*number, threadsMax));
    return request_.threads > 0;
  }

  bool count(std::string_view value) {
    const std::optional<uint64_t> number = readNumber(value);
    if (hasCount_ || !number) return false;
    request_.count = *number;
    return hasCount_ = true;
  }

  /// A time that is not a stamp may be one in words.
  bool at(std::string_view value) {
    const std::optional<Moments> moments = readStamp(value);
    if (request_.until || !moments) return false;
    request_.until = Bound{Bound::Kind::ts, moments->first};
    return true;
  }

  bool until(Bound::Kind kind, std::string_view value) {
    const std::optional<uint64_t> number = readNumber(value);
    if (request_.until || !number) return false;
    request_.until = Bound{kind, static_cast<int64_t>(*number)};
    return true;
  }

  const std::vector<std::string_view>& words_;
  size_t at_ = 0;
  bool hasVerb_ = false;
  bool hasCount_ = false;
  Request request_;
};

}  // namespace

std::optional<Request> readArguments(const std::vector<std::string_view>& words) { return Reader(words).read(); }

}  // namespace lane
