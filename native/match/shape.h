// Reads the fields of lines of a known shape without parsing them, and validates every byte.
//
// A journal has a few dozen shapes: lines with the same keys, separators and nesting but other strings and numbers. A
// shape keeps the text between those values and the places of the known fields. Only a line that has the same text
// around well-formed values matches, so JsonText would accept it too. All other lines are parsed by JsonText.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/number.h"
#include "base/text.h"
#include "fold/entry.h"
#include "fold/fold.h"
#include "fold/live.h"
#include "fold/op.h"
#include "fold/seq.h"
#include "match/layout.h"
#include "match/match.h"

namespace lane {

/// The pattern of the lines of one shape.
class Shape {
 public:
  static constexpr size_t slotsMax = 64;
  /// The position of the text before each value of a line, and of the text after all of them.
  using Places = std::array<const char*, slotsMax + 1>;

  /// Returns the shape of an entry that was read from well-formed UTF-8. Returns null if it has no useful one: for a
  /// CHECKPOINT, an op that is not a string, too many values, or escapes in a key or op. `number` distinguishes it from
  /// all other shapes of its owner and is not 0.
  static std::unique_ptr<Shape> learn(EntryReader& entry, uint64_t number);

  /// Returns the end of the line with which `text` begins, without its LF, if it has this shape; else null. Writes
  /// `places`.
  const char* match(PaddedText text, Places& places);
  /// Returns whether the first 32 bytes of the line with which `text` begins match this shape, up to its first value.
  bool beginsAlike(PaddedText text) const;

  Op op() const { return op_; }
  std::string_view opText() const { return opText_; }
  bool repeatsKeys() const { return repeatsKeys_; }
  /// Whether a line may end with a check value (docs/format.md 13). The text before it is the same in all lines.
  bool mayBeChecked() const { return mayBeChecked_; }
  uint64_t number() const { return number_; }

  /// The values that only a scan needs. The reasons are those of an ACQUIRE.
  enum class Noted : uint8_t {
    ts,
    reason,
    leaseReason
  };

 private:
  class Learner;
  friend class MatchedLine;

  /// A place in a line of this shape: `bytes` bytes into the text before value `slot`.
  struct Mark {
    uint32_t slot;
    uint32_t bytes;

    const char* in(const Places& places) const { return places[slot] + bytes; }
  };
  struct Span {
    Mark begin;
    Mark end;
    bool isKnown = false;

    Value in(const Places& places) const { return textBetween(begin.in(places), end.in(places)); }
  };
  struct Extract {
    Field field;
    Span span;
  };

  explicit Shape(uint64_t number) : number_(number) {}
  std::optional<Layout::Gist> gistOf(const Layout& layout, std::string_view line) const;

  const uint64_t number_;
  Pattern pattern_;
  std::vector<Extract> extracts_;
  std::array<Span, 3> noted_;
  Op op_ = Op::other;
  std::string opText_;
  bool repeatsKeys_ = false;
  bool mayBeChecked_ = false;
  bool nestsLease_ = false;
  bool identityIsStrings_ = false;
};

/// A line that has a known shape, and where its values are. Borrows from the line, and from the cache that matched it.
class MatchedLine {
 public:
  /// The memory for what does not fit into a `MatchedLine`. The owner keeps it for the next line.
  struct Room {
    /// The fields of the last line of a shape. The next one has the same, so they need not be made absent first.
    struct Fields {
      uint64_t shape = 0;  // the shape's number
      ObjectFields values;
    };

    Shape::Places places{};
    std::array<Fields, 64> fields;  // by the shape's number modulo their count
  };

  /// No line.
  MatchedLine() = default;
  /// `room` holds the places that `shape` has found in `text`.
  MatchedLine(const Shape& shape, std::string_view text, Room& room) : shape_(&shape), text_(text), room_(&room) {}
  MatchedLine(const Layout& layout, std::string_view text, Room& room)
      : shape_(&layout.shape()),
        text_(text),
        room_(&room),
        layout_(&layout),
        gist_(layout.gist ? &*layout.gist : nullptr) {}

  /// Returns whether there is a line. All other members require it.
  bool isMatched() const { return shape_ != nullptr; }
  const Shape& shape() const { return *shape_; }
  Op op() const { return shape_->op(); }
  /// The line without its LF.
  std::string_view text() const { return text_; }

  /// Returns the fields that the op needs, and `seq`. They borrow from the line.
  const ObjectFields& fields();
  /// Returns the highest of `highest` and the entry's numbers (docs/format.md 6).
  int64_t higherSeq(int64_t highest);
  /// Returns whether the entry's `seq` is absent or a number of at most eight digits, and there is no `seq_watermark`.
  bool isPlain() const { return gist_ != nullptr; }
  /// Returns the entry's `seq`, or 0 if it has none. Requires `isPlain`.
  int64_t plainSeq() const;
  /// Returns the entry's `ts` if it is a string of the length of a plain stamp (fold/order.h); else null. Requires
  /// `isPlain`.
  const char* plainTs() const { return gist_->ts == 0 ? nullptr : text_.data() + gist_->ts; }
  /// Returns whether one of the reasons of an ACQUIRE may say REFUSED.
  bool mayRefuse() const { return gist_ == nullptr || gist_->hasReason; }
  /// Returns the value; absent or empty if the entry lacks it. It borrows from the line.
  Value noted(Shape::Noted which) const;
  /// Returns the identity. Requires an op that has one.
  Identity identity(Arena& arena);
  /// Returns the same as stampOf (fold/fold.h). Requires a HEARTBEAT or ADOPT.
  Value stamp();

  /// Returns the layout of a line that was matched without one; null if it has no useful one.
  std::unique_ptr<Layout> learnLayout() const;

 private:
  const Shape* shape_ = nullptr;
  std::string_view text_;
  Room* room_ = nullptr;
  const Layout* layout_ = nullptr;  // null if the line was matched by slots
  const Layout::Gist* gist_ = nullptr;
  bool fieldsAreRead_ = false;
};

inline int64_t MatchedLine::plainSeq() const {
  const auto [begin, end] = gist_->seq;
  return begin == end ? 0 : eightDigits(text_.data() + begin, end - begin);
}

inline int64_t MatchedLine::higherSeq(int64_t highest) {
  if (gist_ == nullptr) return lane::higherSeq(highest, fields());
  const auto [begin, end] = gist_->seq;
  return begin == end ? highest : std::max(highest, eightDigits(text_.data() + begin, end - begin));
}

inline Value MatchedLine::noted(Shape::Noted which) const {
  const auto index = static_cast<size_t>(which);
  if (layout_ != nullptr) return layout_->noted[index].of(text_.data());
  const Shape::Span& span = shape_->noted_[index];
  return span.isKnown ? span.in(room_->places) : Value();
}

inline Identity MatchedLine::identity(Arena& arena) {
  if (gist_ != nullptr) return {gist_->loopTs.of(text_.data()), gist_->lane.of(text_.data())};
  return readIdentity(fields()[Field::loopTs], fields()[Field::lane], arena);
}

inline Value MatchedLine::stamp() {
  if (gist_ == nullptr) return stampOf(fields());
  return gist_->stamp.end == 0 ? Value() : gist_->stamp.of(text_.data());
}

}  // namespace lane
