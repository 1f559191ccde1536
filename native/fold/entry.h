// Reads a line into the fields of its entry, or determines why the line has none (docs/format.md 3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/line.h"
#include "fold/fields.h"
#include "json/json.h"

namespace lane {

enum class LineKind : uint8_t {
  blank,
  entry,
  nonObject,
  unparseable
};

/// Reads one entry at a time. Values borrow from the line, or from the arena if the line had to be decoded.
class EntryReader {
 public:
  LineKind read(const Line& line, Arena& arena);

  /// The fields of the entry. Valid after `entry`.
  const ObjectFields& fields() const { return fields_; }
  /// The line's text as well-formed UTF-8. Valid after `entry` or `nonObject`.
  std::string_view text() const { return text_; }
  /// Whether the line held ill-formed UTF-8.
  bool wasIllFormed() const { return wasIllFormed_; }
  /// Returns whether the entry or its lease repeats a key (docs/format.md 10). Parses the lease.
  bool repeatsKeys();
  /// Returns whether the entry's reason, or its lease's, says REFUSED (docs/format.md 3). Parses the lease.
  bool admitsRefusal() const;

 private:
  Verdict parse(std::string_view bytes, Arena& arena);

  JsonText json_;
  JsonText leaseJson_;
  ObjectFields fields_;
  std::vector<std::string_view> keys_;
  std::string decoded_;
  std::string_view text_;
  bool wasIllFormed_ = false;
};

/// Appends the sentinel of a damaged line as JSON text (docs/format.md 3).
void appendSentinel(std::string_view lineHead, uint64_t lineNumber, std::string& out);

}  // namespace lane
