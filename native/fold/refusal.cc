// Recognises an ACQUIRE that was refused.
#include "fold/refusal.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/number.h"
#include "json/words.h"

namespace lane {

namespace {

bool isWordCharacter(char c) { return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

bool beginsRefused(Value string) {
  constexpr std::string_view word = "REFUSED";
  std::string room;
  std::string_view text = unescaped(contentOf(string), room);
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t\n\v\f\r")));
  if (!text.starts_with(word)) return false;
  return text.size() == word.size() || !isWordCharacter(text[word.size()]);
}

}  // namespace lane
