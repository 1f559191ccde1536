// Recognises an ACQUIRE that was refused (docs/format.md 3, `refusedAcquire`).
#pragma once

#include "json/json.h"

namespace lane {

/// A shorter string does not say REFUSED, its quotes counted.
inline constexpr size_t refusalBytesMin = sizeof "\"REFUSED\"" - 1;

/// As `saysRefused`, for a string that has at least the length of the word.
bool beginsRefused(Value string);

/// True for a string that says REFUSED first, whitespace aside. Nearly all reasons are told apart by one character.
inline bool saysRefused(Value reason) {
  if (reason.size() < refusalBytesMin || reason[0] != '"') return false;
  const char first = reason[1];
  return (first == 'R' || first == ' ' || first == '\\') && beginsRefused(reason);
}

}  // namespace lane
