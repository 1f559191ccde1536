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
#include "fold/entry.h"
#include "fold/fold.h"
#include "fold/live.h"
#include "fold/op.h"
#include "fold/seq.h"
#include "match/layout.h"
#include "match/match.h"

namespace lane {

class Shape {
 public:
  /// Returns the shape of an entry that was read from well-formed UTF-8. Returns null if it has no useful one: for a
  /// CHECKPOINT, an op that is not a string, too many values, or escapes in a key or op. `number` distinguishes it from
  /// all other shapes of its owner.
  static std::unique_ptr<Shape> learn(EntryReader& entry, uint64_t number);

  /// Returns the end of the line at `at`, without its LF, if the line has this shape; else null.
  const char* match(const char* at);
  /// Returns whether the first 32 bytes of the line at `at` match this shape, up to its first value.
  bool beginsAlike(const char* at) const;
  /// Records the line at `at` as matched by its layout.
  void take(const char* at, const Layout& layout);
  /// Returns the layout of the line at `at`, which `match` has just matched; null if it has no useful one.
  std::unique_ptr<Layout> layout(const char* at, const char* end);

  /// The start of the line that was matched last.
  const char* begin() const { return at_; }
  /// After a match, returns the fields that the op needs, and `seq`. They borrow from the line.
  const ObjectFields& fields();
  /// After a match, returns the highest of `highest` and the entry's numbers (docs/format.md 6).
  int64_t higherSeq(int64_t highest);
  /// After a match, returns whether the entry's `seq` is absent or a number of at most eight digits, and there is no
  /// `seq_watermark`.
  bool isPlain() const { return gist_ != nullptr; }
  /// Returns the entry's `seq`, or 0 if it has none. Requires `isPlain`.
  int64_t plainSeq() const;
  /// Returns the entry's `ts` if it is a string of the length of a plain stamp (fold/order.h); else null. Requires
  /// `isPlain`.
  const char* plainTs() const { return gist_->ts == 0 ? nullptr : at_ + gist_->ts; }
  /// After a match of an ACQUIRE, returns whether one of its reasons may say REFUSED.
  bool mayRefuse() const { return gist_ == nullptr || gist_->hasReason; }
  /// The values that only a scan needs. The reasons are those of an ACQUIRE.
  enum class Noted : uint8_t {
    ts,
    reason,
    leaseReason
  };
  /// After a match, returns the value; absent or empty if the entry lacks it. It borrows from the line.
  Value noted(Noted which) const;
  /// After a match, returns the identity. Requires an op that has one.
  Identity identity(Arena& arena);
  /// After a match of a HEARTBEAT or ADOPT, returns the same as stampOf (fold/fold.h).
  Value stamp();

  Op op() const { return op_; }
  std::string_view opText() const { return opText_; }
  bool repeatsKeys() const { return repeatsKeys_; }
  uint64_t number() const { return number_; }

 private:
  class Learner;

  /// A place in a line of this shape: `bytes` bytes into the text before value `slot`.
  struct Mark {
    uint32_t slot;
    uint32_t bytes;
  };
  struct Extract {
    Field field;
    Mark begin;
    Mark end;
  };
  struct Span {
    Mark begin;
    Mark end;
    bool isKnown = false;
  };

  static constexpr size_t slotsMax = 64;

  explicit Shape(uint64_t number) : number_(number) {}
  const char* placeOf(Mark mark) const { return places_[mark.slot] + mark.bytes; }
  Value between(Mark begin, Mark end) const {
    return {placeOf(begin), static_cast<size_t>(placeOf(end) - placeOf(begin))};
  }
  std::optional<Layout::Gist> gistOf(const Layout& layout, std::string_view line) const;

  const uint64_t number_;
  std::string text_;  // the texts of all slots in order, padded for wide loads
  std::vector<ShapeSlot> slots_;
  std::vector<Extract> extracts_;
  std::array<Span, 3> noted_;
  const char* places_[slotsMax + 1] = {};  // of the last line matched by slots
  // The line that was matched last.
  const char* at_ = nullptr;
  const Layout* layout_ = nullptr;  // null if the line was matched by slots
  const Layout::Gist* gist_ = nullptr;
  bool fieldsAreRead_ = false;
  ObjectFields fields_;
  Op op_ = Op::other;
  std::string opText_;
  bool repeatsKeys_ = false;
  bool identityIsStrings_ = false;
};

inline void Shape::take(const char* at, const Layout& layout) {
  at_ = at;
  layout_ = &layout;
  gist_ = layout.gist ? &*layout.gist : nullptr;
  fieldsAreRead_ = false;
}

inline int64_t Shape::plainSeq() const {
  const auto [begin, end] = gist_->seq;
  return begin == end ? 0 : eightDigits(at_ + begin, end - begin);
}

inline int64_t Shape::higherSeq(int64_t highest) {
  if (gist_ == nullptr) return lane::higherSeq(highest, fields());
  const auto [begin, end] = gist_->seq;
  return begin == end ? highest : std::max(highest, eightDigits(at_ + begin, end - begin));
}

inline Value Shape::noted(Noted which) const {
  const auto index = static_cast<size_t>(which);
  if (layout_ != nullptr) return layout_->noted[index].of(at_);
  const Span& span = noted_[index];
  return span.isKnown ? between(span.begin, span.end) : Value();
}

inline Identity Shape::identity(Arena& arena) {
  if (gist_ != nullptr) return {gist_->loopTs.of(at_), gist_->lane.of(at_)};
  return readIdentity(fields()[Field::loopTs], fields()[Field::lane], arena);
}

inline Value Shape::stamp() {
  if (gist_ == nullptr) return stampOf(fields());
  return gist_->stamp.end == 0 ? Value() : gist_->stamp.of(at_);
}

}  // namespace lane
