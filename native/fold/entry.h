// A line -> an entry's fields, or why it is none (docs/format.md 3).
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

/// One entry at a time. Values borrow from the line, or from the arena where the line had to be decoded.
class EntryReader {
 public:
  LineKind read(const Line& line, Arena& arena);

  /// After `entry`.
  const ObjectFields& fields() const { return fields_; }
  /// After `entry` or `nonObject`: the line's text, well-formed UTF-8.
  std::string_view text() const { return text_; }
  /// The line held ill-formed UTF-8.
  bool wasIllFormed() const { return wasIllFormed_; }
  /// A key stands twice at the entry's top level, or at its lease's (docs/format.md 10). Costs a parse of the lease.
  bool repeatsKeys();
  /// The entry's reason, or its lease's, says REFUSED (docs/format.md 3). Costs a parse of the lease.
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

/// Appends the sentinel of a damaged line (docs/format.md 3) as JSON text.
void appendSentinel(std::string_view lineHead, uint64_t lineNumber, std::string& out);

}  // namespace lane
