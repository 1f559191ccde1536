// Lines of a known shape whose values have known lengths -> matched without a branch a value.
//
// A journal's values vary, their lengths hardly do. Where all lengths are known, each byte of a line is either text, or
// lies within bounds: a digit, or a character that a string holds as it is. So the whole line is one comparison.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/match.h"

namespace lane {

class Shape;

/// Where a value of a line is, in bytes from the line's start.
struct Stretch {
  uint32_t begin = 0;
  uint32_t end = 0;

  std::string_view of(const char* line) const { return {line + begin, end - begin}; }
};

class Layout {
 public:
  /// The layout of a line, its LF included, that `shape` has just matched; `slots` are its values, `strings` tells
  /// which are strings. Null if a value is more than plain ASCII or digits, or the line too short or too long.
  static std::unique_ptr<Layout> learn(Shape& shape, std::string_view line, const std::vector<Stretch>& slots,
                                       const std::vector<bool>& strings);

  /// The least that each byte of a line may be, then the most; equal where it is text.
  const std::string& bounds() const { return bounds_; }
  Shape& shape() const { return shape_; }

  /// Where the shape's fields are, in its own order.
  std::vector<Stretch> fields;
  /// Where the values are that only a scan looks at, by Shape::Noted; empty for what an entry has not.
  std::array<Stretch, 3> noted;

  /// What nearly all entries come down to, where it is as simple as this in every line of the layout; empty for what an
  /// entry has not.
  struct Gist {
    Stretch seq;  // at most eight digits; there is no `seq_watermark`
    Stretch loopTs;
    Stretch lane;     // both without their quotes
    Stretch stamp;    // what a beat writes
    uint32_t ts = 0;  // where the entry's `ts` begins, its quote aside, if it has the length of a plain stamp; else 0
    bool hasReason = false;  // one of the reasons is long enough to say REFUSED
  };
  std::optional<Gist> gist;

 private:
  explicit Layout(Shape& shape) : shape_(shape) {}

  Shape& shape_;
  std::string bounds_;
};

/// The layouts met of late, by the outline of their lines.
class LayoutCache {
 public:
  /// Before lines in other memory, or where memory has changed.
  void restart() { next_ = nullptr; }
  /// The layout of the line at `at`, or null. Gives the line's outline and, if it has one, its end.
  const Layout* match(const char* at, Outline& outline, const char*& end);
  /// After a line without a layout: true if one is worth the trying, as its outline was met before.
  bool isWorthwhile(Outline outline);
  void add(Outline outline, std::unique_ptr<Layout> layout);
  /// Drops all layouts of a shape.
  void forget(const Shape& shape);

 private:
  static constexpr size_t slotCount = 2048;  // a power of two
  /// Making one, or trying to, costs as much as matching some ten lines by their slots.
  static constexpr uint64_t triedAtFirst = 1024;
  static constexpr uint64_t linesEach = 512;
  /// Journals of strings beyond ASCII or full of escapes have no layouts; asking for them is a tenth of the time there.
  static constexpr uint64_t askedLines = 1024;
  static constexpr uint64_t usefulOneIn = 16;
  static constexpr uint64_t pausedLines = 8 * askedLines;

  /// What a line is matched by, in as little memory as it takes.
  struct Slot {
    Outline outline;  // that of no line: even an empty one has a hash
    const char* bounds = nullptr;
    const Layout* layout = nullptr;
  };

  static size_t slotOf(Outline outline) { return outline.hash() % slotCount; }
  const char* readOutline(const char* at, Outline& outline);
  void beginWindow();

  std::vector<Slot> slots_ = std::vector<Slot>(slotCount);
  std::vector<std::unique_ptr<Layout>> layouts_ = std::vector<std::unique_ptr<Layout>>(slotCount);
  std::vector<Outline> missed_ = std::vector<Outline>(slotCount);  // the last one of each slot
  /// The line behind the one that was asked for last: its outline is known before it is needed.
  const char* next_ = nullptr;
  const char* nextEnd_ = nullptr;
  Outline nextOutline_;
  uint64_t lines_ = 0;  // before this window
  uint64_t tried_ = 0;
  /// A window is so many lines in a row that are asked for layouts, or are not.
  bool asks_ = false;
  uint64_t window_ = 0;
  uint64_t left_ = 0;
  uint64_t found_ = 0;
};

/// Reads that of the following line too, so that its slot is on its way while this line is compared and folded.
inline const char* LayoutCache::readOutline(const char* at, Outline& outline) {
  const char* end = nextEnd_;
  if (at == next_) {
    outline = nextOutline_;
  } else {
    end = matcher.readOutline(at, outline);
  }
  if (end == nullptr) return nullptr;
  next_ = end + 1;
  nextEnd_ = matcher.readOutline(next_, nextOutline_);
  __builtin_prefetch(&slots_[slotOf(nextOutline_)]);
  return end;
}

inline const Layout* LayoutCache::match(const char* at, Outline& outline, const char*& end) {
  if (left_ == 0) beginWindow();
  left_--;
  end = asks_ ? readOutline(at, outline) : nullptr;
  if (end == nullptr) return nullptr;
  const Slot& slot = slots_[slotOf(outline)];
  if (slot.outline != outline) return nullptr;
  const size_t bytes = outline.bytes();
  if (!matcher.isWithin(at, slot.bounds, slot.bounds + bytes, bytes)) return nullptr;
  found_++;
  return slot.layout;
}

}  // namespace lane
