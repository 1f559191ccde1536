// Finds the known shape of a line, and learns the shapes and layouts that are worth keeping.
#include "match/shapes.h"

#include <algorithm>

namespace lane {

/// Matches a line without a layout. It has no end if its outline was not computed.
MatchedLine ShapeCache::matchOther(PaddedText text, OutlinedLine line) {
  if (pause_ > 0) {
    pause_--;
    return {};
  }
  const MatchedLine matched = matchSlots(text, line.outline.quotes());
  if (matched.isMatched() && line.end != nullptr && layouts_.isWorthwhile(line.outline)) {
    if (auto layout = matched.learnLayout()) layouts_.add(line.outline, std::move(layout));
  }
  return matched;
}

/// `quotes` is 0 if they have not been counted.
MatchedLine ShapeCache::matchSlots(PaddedText text, uint64_t quotes) {
  Shape*& likely = likely_[quotes];
  const char* end = likely == nullptr ? nullptr : likely->match(text, room_.places);
  credit_ = std::min(credit_ + creditEach, creditMax);
  for (size_t i = 0; i < shapes_.size() && end == nullptr && credit_ > 0; i++) {
    if (shapes_[i].get() == likely) continue;
    end = shapes_[i]->match(text, room_.places);
    if (end == nullptr) {
      credit_ -= shapes_[i]->beginsAlike(text) ? priceAlike : 1;
      continue;
    }
    likely = shapes_[i].get();
    if (i > 0) std::swap(shapes_[i], shapes_[i - 1]);
  }
  if (end != nullptr) {
    matches_++;
    return {*likely, textBetween(text.data(), end), room_};
  }
  misses_++;
  // Pause after a window with few matches, because trying every shape without a match costs more than parsing.
  constexpr uint64_t window = 1024;
  if (matches_ + misses_ >= window) {
    if (misses_ > matches_ * 8) pause_ = 4 * window;
    matches_ = misses_ = 0;
  }
  return {};
}

void ShapeCache::learn(EntryReader& entry) {
  constexpr uint64_t wellKnown = 256;
  if (pause_ > 0 || (misses_ > wellKnown && misses_ % 32 != 0)) return;
  auto shape = Shape::learn(entry, ++learned_);
  if (!shape) return;
  if (shapes_.size() == shapesMax) {
    layouts_.forget(*shapes_.back());
    std::replace(likely_.begin(), likely_.end(), shapes_.back().get(), static_cast<Shape*>(nullptr));
    shapes_.pop_back();
  }
  shapes_.push_back(std::move(shape));
}

}  // namespace lane
