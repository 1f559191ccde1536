// Lines of a known shape whose values have known lengths -> matched without a branch a value.
//
// A journal's values vary, their lengths hardly do. Where all lengths are known, each byte of a line is either text, or
// lies within bounds: a digit, or a character that a string holds as it is. So the whole line is one comparison.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/match.h"

namespace lane {

class Shape;

/// Where a value of a line is, in bytes from the line's start.
struct Stretch {
  uint32_t begin;
  uint32_t end;
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
  static constexpr size_t slotCount = 512;  // a power of two
  /// Making one, or trying to, costs as much as matching some ten lines by their slots.
  static constexpr uint64_t triedAtFirst = 1024;
  static constexpr uint64_t linesEach = 128;

  struct Slot {
    uint64_t outline = 0;  // of the layout
    const char* bounds = nullptr;
    size_t bytes = 0;  // of a line; 0: no layout
    uint64_t lastMiss = 0;
    std::unique_ptr<Layout> layout;
  };

  const Layout* find(const char* at, uint64_t outline, size_t bytes) const;
  void pauseIfUseless();

  /// Journals of strings beyond ASCII or full of escapes have no layouts; asking for them is a tenth of the time there.
  static constexpr uint64_t window = 1024;
  static constexpr uint64_t usefulOneIn = 16;
  static constexpr uint64_t pausedLines = 8 * window;

  std::vector<Slot> slots_;
  uint64_t lines_ = 0;
  uint64_t tried_ = 0;
  uint64_t asked_ = 0;  // in this window
  uint64_t found_ = 0;
  uint64_t pause_ = 0;
};

}  // namespace lane
