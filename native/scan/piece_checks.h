// Collects the check values of a piece of a journal, and sums the bytes between them (docs/format.md 13).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/line.h"
#include "scan/check_value.h"

namespace lane {

class PieceChecks {
 public:
  struct Found {
    CheckValue value;
    Place end;         // of the value's line, counted from the piece's first
    uint32_t sum = 0;  // of the bytes since the value before it, or since the piece's first line
  };

  void clear();

  /// Takes a line that has its LF.
  void look(std::string_view line, Place place) {
    if (mayHaveCheckValue(line)) take(line, place);
  }

  /// Ends the piece, of which the lines up to offset `end` are settled. `text` holds their bytes, from offset `begin`;
  /// it is empty if memory does not hold all of them.
  void finish(std::string_view text, uint64_t begin, uint64_t end);

  const std::vector<Found>& found() const { return found_; }
  /// Whether memory held the whole piece, so that no value is missing.
  bool isComplete() const { return isComplete_; }
  /// The bytes after the last value, and their sum. Not known without a value.
  uint64_t restBytes() const { return restBytes_; }
  uint32_t restSum() const { return restSum_; }

 private:
  void take(std::string_view line, Place place);

  std::vector<Found> found_;
  bool isComplete_ = false;
  uint64_t restBytes_ = 0;
  uint32_t restSum_ = 0;
};

}  // namespace lane
