// One line's text -> its outermost value and that value's children, every byte validated (docs/format.md 3).
#pragma once

#include <simdjson.h>

#include <memory>
#include <string_view>
#include <vector>

#include "base/line.h"

namespace lane {

/// The text of one JSON value, as it stands in the line; the first character tells its kind. Absent: `data()` is null.
using Value = std::string_view;

inline bool isPresent(Value value) { return value.data() != nullptr; }
inline bool isObject(Value value) { return !value.empty() && value.front() == '{'; }
inline bool isArray(Value value) { return !value.empty() && value.front() == '['; }
inline bool isString(Value value) { return !value.empty() && value.front() == '"'; }
inline bool isNull(Value value) { return !value.empty() && value.front() == 'n'; }
/// The characters between a string's quotes, escapes as written.
inline std::string_view contentOf(Value string) { return string.substr(1, string.size() - 2); }

inline bool isJsonSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// What may follow a string's backslash, `u` and its four digits aside.
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

/// A member of an object, or an element of an array (its key is empty).
struct Child {
  /// Between the quotes, escapes as written.
  std::string_view key;
  Value value;
};

enum class Verdict : uint8_t {
  good,
  illFormed,  // not UTF-8: decode first, then ask again
  unparseable,
};

/// Parses one text at a time. simdjson's first stage finds the structure and checks UTF-8, quotes and control
/// characters; the walk over that structure checks the rest by the grammar of docs/format.md 3, which is wider than
/// simdjson's own: NaN, infinities, lone surrogates, numbers of any length.
class JsonText {
 public:
  /// `text` stays borrowed: children point into it. At least one readable byte must follow it.
  Verdict parse(std::string_view text);

  /// The outermost value, after `parse` said good.
  Value root() const { return root_; }
  /// Its members in order, repeats included, or its elements; empty for a scalar.
  const std::vector<Child>& children() const { return children_; }
  /// A backslash stands somewhere in the text, so strings may hold escapes.
  bool hasEscapes() const { return hasEscapes_; }

 private:
  class Walk;

  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
  std::vector<Child> children_;
  Value root_;
  bool hasEscapes_ = false;
};

}  // namespace lane
