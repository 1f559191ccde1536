// Lines of a known shape -> their fields without a parse, every byte of them validated.
//
// A journal's lines come in a few dozen shapes: the same keys, separators and nesting, other strings and numbers. A
// shape keeps the text between those values and where the known fields sit. A line that has the same text around
// well-formed values is, by construction, a line that JsonText would call good; whatever does not match goes there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/entry.h"
#include "core/layout.h"
#include "core/live.h"
#include "core/match.h"
#include "core/op.h"

namespace lane {

class Shape {
 public:
  /// The shape of an entry that was read well from well-formed UTF-8. Null if it has none worth keeping: a CHECKPOINT,
  /// an op that is no string, too many values, escapes outside values.
  static std::unique_ptr<Shape> learn(EntryReader& entry);

  /// The end of the line that begins at `at`, its LF not counted, if it has this shape; else null.
  const char* match(const char* at);
  /// Takes the line at `at` for matched, as its layout has been.
  void take(const char* at, const Layout& layout);
  /// After `match`: the layout of the line at `at`; null if it has none worth keeping.
  std::unique_ptr<Layout> layout(const char* at, const char* end);

  /// After a match: the fields that the op needs, and `seq`. Borrow from the line.
  const ObjectFields& fields() const { return fields_; }
  /// After a match: the higher of `highest` and the entry's numbers (SPEC 6); after `fields`.
  int64_t higherSeq(int64_t highest) const;
  /// After a match, for an op that has one.
  Identity identity(Arena& arena) const;

  Op op() const { return op_; }
  std::string_view opText() const { return opText_; }
  bool repeatsKeys() const { return repeatsKeys_; }

  /// For the owner's counting by op: a number it gave this shape in the run `tallyRun`.
  size_t tally = 0;
  uint64_t tallyRun = 0;

 private:
  class Learner;

  /// A place in a line of this shape: so many bytes into the text before value `slot`.
  struct Mark {
    uint32_t slot;
    uint32_t bytes;
  };
  struct Extract {
    Field field;
    Mark begin;
    Mark end;
  };

  static constexpr size_t slotsMax = 64;

  Shape() = default;
  const char* placeOf(Mark mark) const { return places_[mark.slot] + mark.bytes; }
  void setField(size_t extract, const char* begin, const char* end) {
    fields_.set(extracts_[extract].field, Value(begin, end - begin));
  }

  std::string text_;  // of all slots, then that after the last value; padded for wide loads
  std::vector<ShapeSlot> slots_;
  std::vector<Extract> extracts_;
  const char* places_[slotsMax + 1] = {};
  ObjectFields fields_;
  Op op_ = Op::other;
  std::string opText_;
  bool repeatsKeys_ = false;
  bool identityIsStrings_ = false;
  bool identityIsText_ = false;  // of the matched line: strings without escapes
};

/// The shapes met so far, the most frequent first, and their layouts.
class ShapeCache {
 public:
  /// The shape that the line at `at` has, matched, and the line's end; or null.
  Shape* match(const char* at, const char*& end);
  /// Remembers the shape of a line that no shape matched.
  void learn(EntryReader& entry);

 private:
  static constexpr size_t shapesMax = 64;

  Shape* matchSlots(const char* at, const char*& end);

  std::vector<std::unique_ptr<Shape>> shapes_;
  LayoutCache layouts_;
  uint64_t matches_ = 0;
  uint64_t misses_ = 0;
  uint64_t pause_ = 0;
};

}  // namespace lane
