// Holds a JSON value in the order in which the command prints it.
#pragma once

#include <string>
#include <vector>

#include "json/json.h"

namespace lane {

struct Member;

/// A JSON value. Members are sorted by code point, and of a repeated key only the last value is kept.
struct Tree {
  enum class Kind : uint8_t {
    object,
    array,
    string,
    number,
    word,
  };

  Kind kind = Kind::word;
  /// The characters of a string, with lone surrogates as three bytes; a word as written.
  std::string text;
  double number = 0;
  /// The members of an object, or the elements of an array, whose keys are empty.
  std::vector<Member> members;
};

struct Member {
  std::string key;
  Tree value;
};

/// Reads the text of an object or array that JsonText called good, or one composed of such texts.
Tree readTree(Value container);

}  // namespace lane
