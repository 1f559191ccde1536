// Keeps the shapes of a journal's lines and finds the one that a line has. Each shape is learned from the first line
// that has it.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "match/layout.h"
#include "match/match.h"
#include "match/shape.h"

namespace lane {

/// The known shapes, the most frequent first, and their layouts.
class ShapeCache {
 public:
  /// Call it when the memory changes, or before lines in other memory.
  void restart() { layouts_.restart(); }
  /// Returns what is known of the line with which `text` begins, if it has a known shape. Valid until the next call of
  /// a member.
  MatchedLine match(PaddedText text);
  /// Learns the shape of a line that no shape matched.
  void learn(EntryReader& entry);

 private:
  static constexpr size_t shapesMax = 64;
  /// Trying a wrong shape costs a comparison of the line's first bytes or, if those are equal, of all bytes. Each line
  /// adds credit for such attempts; unused credit is saved up to the maximum.
  static constexpr int64_t creditEach = 32;
  static constexpr int64_t creditMax = 1024 * creditEach;
  static constexpr int64_t priceAlike = 16;

  MatchedLine matchOther(PaddedText text, OutlinedLine line);
  MatchedLine matchSlots(PaddedText text, uint64_t quotes);

  std::vector<std::unique_ptr<Shape>> shapes_;
  /// The shape of the last line with each number of quotes, which distinguishes most shapes.
  std::array<Shape*, Outline::quotesMax + 1> likely_{};
  LayoutCache layouts_;
  MatchedLine::Room room_;
  uint64_t learned_ = 0;  // the number of the shape that was learned last
  uint64_t matches_ = 0;
  uint64_t misses_ = 0;
  uint64_t pause_ = 0;
  int64_t credit_ = creditMax;
};

inline MatchedLine ShapeCache::match(PaddedText text) {
  const auto [line, layout] = layouts_.match(text);
  if (layout == nullptr) return matchOther(text, line);
  matches_++;
  return {*layout, textBetween(text.data(), line.end), room_};
}

}  // namespace lane
