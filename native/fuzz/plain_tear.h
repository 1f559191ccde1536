// Determines whether a line is a torn tail by trying to complete it. It does not follow a grammar, so the fuzzers can
// compare it with the real implementation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/decode.h"
#include "fuzz/plain_grammar.h"

namespace fuzz {

/// Returns the closing characters of the open containers, innermost first. Characters in strings do not count.
inline std::string closersOf(std::string_view text) {
  std::string closers;
  bool inString = false;
  for (size_t at = 0; at < text.size(); at++) {
    const char c = text[at];
    if (inString && c == '\\')
      at++;
    else if (c == '"')
      inString = !inString;
    else if (!inString && (c == '{' || c == '['))
      closers.insert(0, 1, c == '{' ? '}' : ']');
    else if (!inString && (c == '}' || c == ']') && !closers.empty())
      closers.erase(0, 1);
  }
  return closers;
}

/// Returns texts that may complete a cut token or member.
inline std::vector<std::string> tokenEnds() {
  std::vector<std::string> ends = {"", "\"", "n\"", "0\"", "00\"", "000\"", "0000\"", "0", "\"\":0"};
  for (const std::string_view word : {"true", "false", "null", "NaN", "Infinity"}) {
    for (size_t at = 1; at < word.size(); at++) ends.emplace_back(word.substr(at));
  }
  return ends;
}

inline bool isTearPlainly(std::string_view line) {
  std::string text;
  lane::appendDecoded(line, text);
  while (text.ends_with('\0')) text.pop_back();
  if (text.empty()) return !line.empty();
  if (text.front() != '{') return false;
  static const std::vector<std::string> ends = tokenEnds();
  const std::string closers = closersOf(text);
  for (const std::string& end : ends) {
    for (const char* value : {"", ":0"}) {
      const std::string whole = text + end + value + closers;
      if (PlainGrammar(whole).readText()) return true;
    }
  }
  return false;
}

}  // namespace fuzz
