// Lines of a known shape whose values have known lengths -> matched without a branch a value.
//
// A journal's values vary, their lengths hardly do. Where all lengths are known, each byte of a line is either text, or
// lies within bounds: a digit, or a character that a string holds as it is. So the whole line is one comparison.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/match.h"

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

  /// What nearly all entries come down to, where it is as simple as this in every line of the layout; empty for what an
  /// entry has not.
  struct Gist {
    Stretch seq;  // at most eight digits; there is no `seq_watermark`
    Stretch loopTs;
    Stretch lane;   // both without their quotes
    Stretch stamp;  // what a beat writes
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
  /// The layout of the line at `at`, or null. Gives the line's outline and, if it has one, its end.
  const Layout* match(const char* at, uint64_t& outline, const char*& end);
  /// After a line without a layout: true if one is worth the trying, as its outline was met before.
  bool isWorthwhile(uint64_t outline);
  void add(uint64_t outline, std::unique_ptr<Layout> layout);
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

  struct Slot {
    uint64_t outline = 0;  // of the layout
    const char* bounds = nullptr;
    size_t bytes = 0;  // of a line; 0: no layout
    uint64_t lastMiss = 0;
    std::unique_ptr<Layout> layout;
  };

  static size_t slotOf(uint64_t outline) { return (outline >> outlineQuoteBits) % slotCount; }
  void beginWindow();

  std::vector<Slot> slots_ = std::vector<Slot>(slotCount);
  uint64_t lines_ = 0;  // before this window
  uint64_t tried_ = 0;
  /// A window is so many lines in a row that are asked for layouts, or are not.
  bool asks_ = false;
  uint64_t window_ = 0;
  uint64_t left_ = 0;
  uint64_t found_ = 0;
};

inline const Layout* LayoutCache::match(const char* at, uint64_t& outline, const char*& end) {
  if (left_ == 0) beginWindow();
  left_--;
  end = asks_ ? matcher.readOutline(at, outline) : nullptr;
  if (end == nullptr) return nullptr;
  const Slot& slot = slots_[slotOf(outline)];
  const size_t bytes = static_cast<size_t>(end - at) + 1;
  // An outline is a hash: the length is compared as well.
  if (slot.outline != outline || slot.bytes != bytes) return nullptr;
  if (!matcher.isWithin(at, slot.bounds, slot.bounds + bytes, bytes)) return nullptr;
  found_++;
  return slot.layout.get();
}

}  // namespace lane
