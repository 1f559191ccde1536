// Recognises the beginnings of lines by the grammar of docs/format.md 3.
#include "json/tear.h"

#include <bitset>
#include <cstddef>

#include "base/line.h"
#include "base/number.h"
#include "base/text.h"
#include "json/json.h"

namespace lane {

namespace {

/// Returns the word that is a value and begins with this character; empty if there is none. Only `Infinity` may follow
/// a minus sign.
std::string_view wordFrom(char first) {
  switch (first) {
    case 't': return "true";
    case 'f': return "false";
    case 'n': return "null";
    case 'N': return "NaN";
    case 'I': return "Infinity";
    default: return {};
  }
}

/// Reads forward. Each method that reads something returns false if the text is invalid there. The end of the text is
/// valid anywhere, because anything might have followed.
class TearReader {
 public:
  explicit TearReader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool read() {
    if (!take('{') || !open(true)) return false;
    while (depth_ > 0 && !skipsToEnd()) {
      if (!readAfterValue()) return false;
    }
    return skipsToEnd();
  }

 private:
  char closer() const { return isObject_[depth_ - 1] ? '}' : ']'; }

  /// Reads the part after a value inside a container: the container's end, or a comma and the next member or element.
  bool readAfterValue() {
    if (!take(closer())) return take(',') && readItem();
    depth_--;
    return true;
  }

  /// Reads the start of a container that was just opened: its end, or its first member or element.
  bool open(bool object) {
    if (depth_ == depthMax) return false;
    isObject_[depth_++] = object;
    return skipsToEnd() || *at_ == closer() || readItem();
  }

  bool readItem() { return (!isObject_[depth_ - 1] || readKey()) && readValue(); }

  bool readKey() {
    if (skipsToEnd()) return true;
    if (!take('"') || !readString()) return false;
    return skipsToEnd() || take(':');
  }

  bool readValue() {
    if (skipsToEnd()) return true;
    if (take('"')) return readString();
    if (take('{')) return open(true);
    if (take('[')) return open(false);
    return readScalar();
  }

  /// Reads a string after its opening quote.
  bool readString() {
    while (at_ < end_) {
      const char c = *at_++;
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !readEscape())) return false;
    }
    return true;
  }

  bool readEscape() {
    if (at_ == end_) return true;
    const char letter = *at_++;
    if (letter != 'u') return isEscapeLetter(letter);
    for (int digits = 0; digits < 4 && at_ < end_; digits++) {
      if (!isHexDigit(*at_++)) return false;
    }
    return true;
  }

  bool readScalar() {
    const bool negative = take('-');
    const std::string_view word = at_ == end_ ? std::string_view() : wordFrom(*at_);
    if (word.empty()) return readMagnitude();
    return (!negative || word == "Infinity") && readWord(word);
  }

  bool readWord(std::string_view word) {
    const std::string_view rest = textBetween(at_, end_);
    word = word.substr(0, rest.size());
    at_ += word.size();
    return rest.starts_with(word);
  }

  bool readMagnitude() {
    if (!take('0') && !readDigits()) return false;
    if (take('.') && !readDigits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return readDigits();
  }

  /// Reads digits: at least one, unless the text ends.
  bool readDigits() {
    const char* const start = at_;
    at_ = skipDigits(at_, end_);
    return at_ > start || at_ == end_;
  }

  /// Skips JSON whitespace and returns whether the text ends there.
  bool skipsToEnd() {
    while (at_ < end_ && isJsonSpace(*at_)) at_++;
    return at_ == end_;
  }

  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    at_++;
    return true;
  }

  const char* at_;
  const char* const end_;
  std::bitset<depthMax> isObject_;
  size_t depth_ = 0;
};

}  // namespace

bool isTear(std::string_view line) {
  const size_t last = line.find_last_not_of('\0');
  if (last == std::string_view::npos) return !line.empty();
  return TearReader(line.substr(0, last + 1)).read();
}

}  // namespace lane
