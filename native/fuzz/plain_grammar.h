// Determines the kind of a line by the plainest possible implementation of the grammar of docs/format.md 3, with which
// the fuzzers compare the real one.
#pragma once

#include <string>
#include <string_view>

#include "base/decode.h"
#include "fold/entry.h"

namespace fuzz {

/// Reads forward. Each `read` returns whether the text continues with what its name says, and moves past it.
class PlainGrammar {
 public:
  explicit PlainGrammar(std::string_view text) : rest_(text) {}

  bool readText() {
    skipSpace();
    first_ = rest_.empty() ? '\0' : rest_.front();
    if (!readValue(1)) return false;
    skipSpace();
    return rest_.empty();
  }
  /// The first character that was read.
  char first() const { return first_; }

 private:
  bool readValue(size_t depth) {
    if (readWord("{")) return depth <= lane::depthMax && readMembers(depth);
    if (readWord("[")) return depth <= lane::depthMax && readItems(depth);
    if (peek() == '"') return readString();
    for (const char* word : {"true", "false", "null", "NaN", "Infinity", "-Infinity"}) {
      if (readWord(word)) return true;
    }
    return readNumber();
  }

  bool readMembers(size_t depth) {
    skipSpace();
    if (readWord("}")) return true;
    do {
      skipSpace();
      if (!readString()) return false;
      skipSpace();
      if (!readWord(":")) return false;
      skipSpace();
      if (!readValue(depth + 1)) return false;
      skipSpace();
    } while (readWord(","));
    return readWord("}");
  }

  bool readItems(size_t depth) {
    skipSpace();
    if (readWord("]")) return true;
    do {
      skipSpace();
      if (!readValue(depth + 1)) return false;
      skipSpace();
    } while (readWord(","));
    return readWord("]");
  }

  bool readString() {
    if (!readWord("\"")) return false;
    while (!readWord("\"")) {
      if (rest_.empty() || static_cast<unsigned char>(peek()) < 0x20) return false;
      const bool escaped = readWord("\\");
      if (escaped && readWord("u")) {
        if (rest_.size() < 4 || rest_.substr(0, 4).find_first_not_of("0123456789abcdefABCDEF") != rest_.npos)
          return false;
        rest_.remove_prefix(4);
        continue;
      }
      if (escaped && (rest_.empty() || std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos)) {
        return false;
      }
      rest_.remove_prefix(1);
    }
    return true;
  }

  bool readNumber() {
    readWord("-");
    if (!readWord("0") && !readDigits()) return false;
    if (readWord(".") && !readDigits()) return false;
    if (!readWord("e") && !readWord("E")) return true;
    if (!readWord("+")) readWord("-");
    return readDigits();
  }

  bool readDigits() {
    const size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count > 0;
  }

  bool readWord(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  void skipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r"), rest_.size())); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  std::string_view rest_;
  char first_ = '\0';
};

inline lane::LineKind kindPlainly(std::string_view line) {
  std::string text;
  lane::appendDecoded(line, text);
  if (text.find_first_not_of(" \t\r") == std::string::npos) return lane::LineKind::blank;
  PlainGrammar grammar(text);
  if (!grammar.readText()) return lane::LineKind::unparseable;
  return grammar.first() == '{' ? lane::LineKind::entry : lane::LineKind::nonObject;
}

}  // namespace fuzz
