// The lines of a journal -> the shapes that they come in, each met once and tried from then on.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "match/layout.h"
#include "match/match.h"
#include "match/shape.h"

namespace lane {

/// The shapes met so far, the most frequent first, and their layouts.
class ShapeCache {
 public:
  /// Before lines in other memory, or where memory has changed.
  void restart() { layouts_.restart(); }
  /// The shape that the line at `at` has, matched, and the line's end; or null.
  Shape* match(const char* at, const char*& end);
  /// Remembers the shape of a line that no shape matched.
  void learn(EntryReader& entry);

 private:
  static constexpr size_t shapesMax = 64;
  /// A shape that does not fit costs a look at a line's first bytes or, if it begins as the line does, at all of them.
  /// Each line adds to what may be spent on such shapes; what is not spent is saved up to the maximum.
  static constexpr int64_t creditEach = 32;
  static constexpr int64_t creditMax = 1024 * creditEach;
  static constexpr int64_t priceAlike = 16;

  Shape* matchOther(const char* at, Outline outline, const char*& end);
  Shape* matchSlots(const char* at, uint64_t quotes, const char*& end);

  std::vector<std::unique_ptr<Shape>> shapes_;
  /// By the number of quotes, which tells most shapes apart: the one that the last such line had.
  std::array<Shape*, Outline::quotesMax + 1> likely_{};
  LayoutCache layouts_;
  uint64_t matches_ = 0;
  uint64_t misses_ = 0;
  uint64_t pause_ = 0;
  int64_t credit_ = creditMax;
};

inline Shape* ShapeCache::match(const char* at, const char*& end) {
  Outline outline;
  const Layout* layout = layouts_.match(at, outline, end);
  if (layout == nullptr) return matchOther(at, outline, end);
  matches_++;
  layout->shape().take(at, *layout);
  return &layout->shape();
}

}  // namespace lane
