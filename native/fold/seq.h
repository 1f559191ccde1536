// Computes the numbering of a journal (docs/format.md 6).
#pragma once

#include <algorithm>

#include "fold/fields.h"
#include "json/words.h"

namespace lane {

/// The two numbers of an entry.
struct Numbers {
  int64_t seq = 0;
  int64_t watermark = 0;
};

inline Numbers numbersOf(const ObjectFields& entry) {
  const auto read = [&](Field field) { return isPresent(entry[field]) ? intOf(entry[field]) : 0; };
  return {read(Field::seq), read(Field::seqWatermark)};
}

/// Returns the highest of `highest` and the entry's `seq` and `seq_watermark`.
inline int64_t higherSeq(int64_t highest, const ObjectFields& entry) {
  return std::max({highest, intOf(entry[Field::seq]), intOf(entry[Field::seqWatermark])});
}

/// Returns whether a `seq` is present and not null, yet counts as 0 without being the number 0 (docs/format.md 3,
/// `oddSeq`).
inline bool isOddSeq(Value seq) {
  if (!isPresent(seq) || isNull(seq) || intOf(seq) != 0) return false;
  return !(isNumber(seq) && numberOf(seq) == 0);
}

}  // namespace lane
