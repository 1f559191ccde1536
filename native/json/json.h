// Parses the text of a line into its outermost value and that value's children. Every byte is validated (docs/format.md
// 3).
#pragma once

#include <simdjson.h>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/line.h"

namespace lane {

/// The text of one JSON value as it is written in the line. Its first character determines its kind. If the value is
/// absent, `data()` is null.
using Value = std::string_view;

inline bool isPresent(Value value) { return value.data() != nullptr; }
inline bool isObject(Value value) { return !value.empty() && value.front() == '{'; }
inline bool isArray(Value value) { return !value.empty() && value.front() == '['; }
inline bool isString(Value value) { return !value.empty() && value.front() == '"'; }
inline bool isNull(Value value) { return !value.empty() && value.front() == 'n'; }
/// Returns the characters between a string's quotes, with escapes as written.
inline std::string_view contentOf(Value string) { return string.substr(1, string.size() - 2); }

inline bool isJsonSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Returns whether the character may follow a backslash in a string, except `u` and its four digits.
inline bool isEscapeLetter(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return true;
    default: return false;
  }
}

/// A member of an object, or an element of an array, whose key is empty.
struct Child {
  /// The characters between the key's quotes, with escapes as written.
  std::string_view key;
  Value value;
};

enum class Verdict : uint8_t {
  good,
  illFormed,  // not UTF-8: decode the text and parse it again
  unparseable,
};

/// Parses one text at a time. simdjson's first stage finds the structure and checks UTF-8, quotes and control
/// characters. A walk over that structure checks the rest by the grammar of docs/format.md 3, which accepts more than
/// simdjson's own: NaN, infinities, lone surrogates and numbers of any length.
class JsonText {
 public:
  /// Parses `text`, which must remain valid because the children point into it.
  Verdict parse(std::string_view text);

  /// Parses an array that is part of a text called good and visits its elements in order. During a visit, `children`
  /// are the members of the element if it is an object; otherwise there are none.
  void parseElements(Value array, const std::function<void(Value element)>& visit);

  /// The outermost value. Valid after `parse` has returned good.
  Value root() const { return root_; }
  /// The members of the outermost value in order, repeated keys included, or its elements. Empty for a scalar.
  const std::vector<Child>& children() const { return children_; }
  /// Whether the text contains a backslash, so that strings may have escapes.
  bool hasEscapes() const { return hasEscapes_; }

 private:
  template <bool byElement>
  class Walk;

  /// Finds the structure of a text that the walk goes over.
  simdjson::error_code index(std::string_view text);

  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
  std::vector<Child> children_;
  Value root_;
  bool hasEscapes_ = false;
};

}  // namespace lane
