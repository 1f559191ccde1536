// Reads forward through a JSON text that is known to be good, so that no character needs to be checked.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "base/text.h"
#include "json/json.h"
#include "json/words.h"

namespace lane {

class GoodText {
 public:
  /// `container` must be the text of an object or array that JsonText called good, or one composed of such texts. It
  /// must remain valid.
  explicit GoodText(Value container) : at_(container.data()), end_(container.data() + container.size()) {}

  /// Skips whitespace and returns the next character, of which there must be one.
  char peek() {
    while (isJsonSpace(*at_)) at_++;
    return *at_;
  }

  /// Skips the next character if it is the expected one.
  bool skip(char expected) {
    if (peek() != expected) return false;
    at_++;
    return true;
  }

  /// Skips whitespace and returns the characters of the string that follows. Valid until the next call.
  std::string_view string() {
    peek();
    const char* begin = ++at_;
    for (;;) {
      const auto* quote = static_cast<const char*>(std::memchr(at_, '"', bytesBetween(at_, end_)));
      const char* escape = quote;
      while (escape > begin && escape[-1] == '\\') escape--;
      at_ = quote + 1;
      // A quote after an odd number of backslashes is escaped.
      if ((quote - escape) % 2 == 0) return unescaped(textBetween(begin, quote), room_);
    }
  }

  /// Skips whitespace and returns the number or word that follows, as written.
  Value scalar() {
    peek();
    const char* begin = at_;
    while (*at_ != ',' && *at_ != ']' && *at_ != '}' && !isJsonSpace(*at_)) at_++;
    return textBetween(begin, at_);
  }

 private:
  const char* at_;
  const char* const end_;
  std::string room_;
};

}  // namespace lane
