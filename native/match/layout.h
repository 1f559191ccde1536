// Matches lines of a known shape whose values have known lengths, without a branch for each value.
//
// The values of a journal vary, but their lengths rarely do. If all lengths are known, each byte of a line is either
// fixed text or must lie within bounds: those of a digit, or of a character that a string needs not escape. One
// comparison of the bytes therefore checks the whole line.
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

/// The range of a value in bytes from the start of its line.
struct Stretch {
  uint32_t begin = 0;
  uint32_t end = 0;

  std::string_view of(const char* line) const { return {line + begin, end - begin}; }
};

class Layout {
 public:
  /// Returns the layout of a line, its LF included, that `shape` has just matched. `slots` are the line's values, and
  /// `strings` states which of them are strings. Returns null if a value is not plain ASCII or digits, or if the line
  /// is too short or too long.
  static std::unique_ptr<Layout> learn(const Shape& shape, std::string_view line, const std::vector<Stretch>& slots,
                                       const std::vector<bool>& strings);

  /// The lower bound of each byte of a line, followed by the upper bounds. The two are equal for fixed text.
  const std::string& bounds() const { return bounds_; }
  const Shape& shape() const { return shape_; }

  /// The places of the shape's fields, in the shape's order.
  std::vector<Stretch> fields;
  /// The places of the values that only a scan needs, by Shape::Noted. Empty for a value that the entry lacks.
  std::array<Stretch, 3> noted;

  /// The fields that most entries need. Present only if they are this simple in every line of the layout. A field is
  /// empty if the entry lacks it.
  struct Gist {
    Stretch seq;  // at most eight digits; there is no `seq_watermark`
    Stretch loopTs;
    Stretch lane;     // both without their quotes
    Stretch stamp;    // the stamp that a HEARTBEAT sets
    uint32_t ts = 0;  // begin of the entry's `ts`, after its quote, if it has the length of a plain stamp; else 0
    bool hasReason = false;  // whether a reason is long enough to say REFUSED
  };
  std::optional<Gist> gist;

 private:
  explicit Layout(const Shape& shape) : shape_(shape) {}

  const Shape& shape_;
  std::string bounds_;
};

/// The layouts of recent lines, by the outline of the line.
class LayoutCache {
 public:
  /// A line with its layout, null if it has none. The line has no end if its outline was not computed.
  struct Found {
    OutlinedLine line;
    const Layout* layout = nullptr;
  };

  /// Call it when the memory changes, or before lines in other memory.
  void restart() { next_ = nullptr; }
  /// Returns what is known of the line with which `text` begins.
  Found match(PaddedText text);
  /// Call it for a line without a layout. Returns whether to make one: whether the outline occurred before.
  bool isWorthwhile(Outline outline);
  void add(Outline outline, std::unique_ptr<Layout> layout);
  /// Drops all layouts of a shape.
  void forget(const Shape& shape);

 private:
  static constexpr size_t slotCount = 2048;  // a power of two
  /// An attempt to make a layout costs as much as matching about ten lines by their slots.
  static constexpr uint64_t triedAtFirst = 1024;
  static constexpr uint64_t linesEach = 512;
  /// A journal whose strings are not ASCII or have many escapes has no layouts. Searching for them would take a tenth
  /// of the time.
  static constexpr uint64_t askedLines = 1024;
  static constexpr uint64_t usefulOneIn = 16;
  static constexpr uint64_t pausedLines = 8 * askedLines;

  /// The data needed to match a line, kept small for the cache.
  struct Slot {
    Outline outline;  // initially no line's outline: even an empty line's has a hash
    const char* bounds = nullptr;
    const Layout* layout = nullptr;
  };

  static size_t slotOf(Outline outline) { return outline.hash() % slotCount; }
  OutlinedLine readOutline(PaddedText text);
  void beginWindow();

  std::vector<Slot> slots_ = std::vector<Slot>(slotCount);
  std::vector<std::unique_ptr<Layout>> layouts_ = std::vector<std::unique_ptr<Layout>>(slotCount);
  std::vector<Outline> missed_ = std::vector<Outline>(slotCount);  // the last missed outline of each slot
  /// The line after the one that was matched last. Its outline is computed before it is needed.
  const char* next_ = nullptr;
  OutlinedLine nextLine_;
  uint64_t lines_ = 0;  // the lines before this window
  uint64_t tried_ = 0;
  /// A window is a number of successive lines that are all matched by layouts, or all not.
  bool asks_ = false;
  uint64_t window_ = 0;
  uint64_t left_ = 0;
  uint64_t found_ = 0;
};

/// Also reads the outline of the following line, so that its slot is prefetched while this line is compared and folded.
inline OutlinedLine LayoutCache::readOutline(PaddedText text) {
  const OutlinedLine line = text.data() == next_ ? nextLine_ : matcher.readOutline(text);
  if (line.end == nullptr) return line;
  next_ = line.end + 1;
  nextLine_ = matcher.readOutline(text.from(next_));
  __builtin_prefetch(&slots_[slotOf(nextLine_.outline)]);
  return line;
}

inline LayoutCache::Found LayoutCache::match(PaddedText text) {
  if (left_ == 0) beginWindow();
  left_--;
  if (!asks_) return {};
  const OutlinedLine line = readOutline(text);
  if (line.end == nullptr) return {};
  const Slot& slot = slots_[slotOf(line.outline)];
  if (slot.outline != line.outline) return {line};
  const size_t bytes = line.outline.bytes();
  if (!matcher.isWithin(text.first(bytes), {slot.bounds, 2 * bytes})) return {line};
  found_++;
  return {line, slot.layout};
}

}  // namespace lane
