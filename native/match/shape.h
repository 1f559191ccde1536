// Lines of a known shape -> their fields without a parse, every byte of them validated.
//
// A journal's lines come in a few dozen shapes: the same keys, separators and nesting, other strings and numbers. A
// shape keeps the text between those values and where the known fields sit. A line that has the same text around
// well-formed values is, by construction, a line that JsonText would call good; whatever does not match goes there.
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
  /// The shape of an entry that was read well from well-formed UTF-8. Null if it has none worth keeping: a CHECKPOINT,
  /// an op that is no string, too many values, escapes outside values.
  static std::unique_ptr<Shape> learn(EntryReader& entry);

  /// The end of the line that begins at `at`, its LF not counted, if it has this shape; else null.
  const char* match(const char* at);
  /// Whether the line at `at` has this shape's first characters, as many as are told apart at once.
  bool beginsAlike(const char* at) const;
  /// Takes the line at `at` for matched, as its layout has been.
  void take(const char* at, const Layout& layout);
  /// After `match`: the layout of the line at `at`; null if it has none worth keeping.
  std::unique_ptr<Layout> layout(const char* at, const char* end);

  /// After a match: the fields that the op needs, and `seq`. Borrow from the line.
  const ObjectFields& fields();
  /// After a match: the higher of `highest` and the entry's numbers (docs/format.md 6).
  int64_t higherSeq(int64_t highest);
  /// After a match: the entry's `seq` is a number of at most eight digits or absent, and there is no `seq_watermark`.
  bool isPlain() const { return gist_ != nullptr; }
  /// If `isPlain`: the entry's `seq`, 0 if it has none.
  int64_t plainSeq() const;
  /// If `isPlain`: the entry's `ts` if that is a string of the length of a plain stamp (core/order.h); else null.
  const char* plainTs() const { return gist_->ts == 0 ? nullptr : at_ + gist_->ts; }
  /// After a match of an ACQUIRE: one of its reasons may say REFUSED.
  bool mayRefuse() const { return gist_ == nullptr || gist_->hasReason; }
  /// What only a scan looks at. The reasons are those of an ACQUIRE.
  enum class Noted : uint8_t {
    ts,
    reason,
    leaseReason
  };
  /// After a match: the value; absent or empty if the entry has none. Borrows from the line.
  Value noted(Noted which) const;
  /// After a match, for an op that has one.
  Identity identity(Arena& arena);
  /// After a match, for a HEARTBEAT or ADOPT: as stampOf (core/fold.h).
  Value stamp();

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
  struct Span {
    Mark begin;
    Mark end;
    bool isKnown = false;
  };

  static constexpr size_t slotsMax = 64;

  Shape() = default;
  const char* placeOf(Mark mark) const { return places_[mark.slot] + mark.bytes; }
  Value between(Mark begin, Mark end) const {
    return {placeOf(begin), static_cast<size_t>(placeOf(end) - placeOf(begin))};
  }
  std::optional<Layout::Gist> gistOf(const Layout& layout, std::string_view line) const;

  std::string text_;  // of all slots, then that after the last value; padded for wide loads
  std::vector<ShapeSlot> slots_;
  std::vector<Extract> extracts_;
  std::array<Span, 3> noted_;
  const char* places_[slotsMax + 1] = {};  // of the last line that was matched by slots
  // Of the line that was matched last:
  const char* at_ = nullptr;
  const Layout* layout_ = nullptr;  // if that is how it was matched
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
