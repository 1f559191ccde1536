// Recognises an ACQUIRE that was refused (docs/format.md 3, `refusedAcquire`).
#pragma once

#include "json/json.h"

namespace lane {

/// The length of the shortest string that says REFUSED, its quotes included.
inline constexpr size_t refusalBytesMin = sizeof "\"REFUSED\"" - 1;

/// Like `saysRefused`, for a string of at least `refusalBytesMin` bytes.
bool beginsRefused(Value string);

/// Returns whether the string begins with REFUSED, ignoring whitespace. One character decides for nearly all reasons.
inline bool saysRefused(Value reason) {
  if (reason.size() < refusalBytesMin || reason[0] != '"') return false;
  const char first = reason[1];
  return (first == 'R' || first == ' ' || first == '\\') && beginsRefused(reason);
}

}  // namespace lane
