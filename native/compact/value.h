// Reads a JSON value by its text alone: where its parts end, and a hash of what it means. Values are texts that
// JsonText called good; for any other text the answers are meaningless, but no byte outside it is read.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fold/live.h"
#include "json/json.h"

namespace lane {

/// Returns the index after the string that begins at `at`.
size_t endOfString(Value text, size_t at);

/// Returns the index after the number or word that begins at `at`.
size_t endOfScalar(Value text, size_t at);

/// Returns a hash that is the same for two texts if and only if, but for chance, they have the same value: however they
/// spell strings and spaces and order keys. Of repeated keys the last counts. Numbers are compared by their spelling.
uint64_t hashOfValue(Value value);

/// Returns the identity that the object's own `loop_ts` and `lane` yield. Borrows from the object or from the arena.
Identity identityOfObject(Value object, Arena& arena);

}  // namespace lane
