// Matches lines of a known shape whose values have known lengths in one comparison.
#include "match/layout.h"

#include <algorithm>

#include "base/number.h"

namespace lane {

namespace {

constexpr char firstPlain = 0x20;
constexpr char lastPlain = 0x7F;

bool isPlain(std::string_view content) {
  const auto isOutside = [](char c) { return (c & 0x80) != 0 || c < firstPlain || c == '"' || c == '\\'; };
  return std::none_of(content.begin(), content.end(), isOutside);
}

bool isPlainNumber(std::string_view number) {
  return std::all_of(number.begin(), number.end(), isDigit) && (number.size() == 1 || number.front() != '0');
}

}  // namespace

std::unique_ptr<Layout> Layout::learn(const Shape& shape, std::string_view line, const std::vector<Stretch>& slots,
                                      const std::vector<bool>& strings) {
  if (line.size() < layoutBytesMin || line.size() > layoutBytesMax) return nullptr;
  std::unique_ptr<Layout> layout(new Layout(shape));
  std::string low(line);
  std::string high(line);
  for (size_t i = 0; i < slots.size(); i++) {
    const auto [begin, end] = slots[i];
    const size_t bytes = end - begin;
    const std::string_view value = line.substr(begin, bytes);
    if (!(strings[i] ? isPlain(value) : isPlainNumber(value))) return nullptr;
    low.replace(begin, bytes, bytes, strings[i] ? firstPlain : '0');
    high.replace(begin, bytes, bytes, strings[i] ? lastPlain : '9');
    // A number of more than one digit must not begin with 0.
    if (!strings[i] && bytes > 1) low[begin] = '1';
  }
  layout->bounds_ = low + high;
  return layout;
}

void LayoutCache::beginWindow() {
  lines_ += window_;
  asks_ = !asks_ || found_ * usefulOneIn >= window_;
  window_ = left_ = asks_ ? askedLines : pausedLines;
  found_ = 0;
}

bool LayoutCache::isWorthwhile(Outline outline) {
  Outline& missed = missed_[slotOf(outline)];
  const bool wasMet = missed == outline;
  missed = outline;
  if (!wasMet || tried_ >= triedAtFirst + lines_ / linesEach) return false;
  tried_++;
  return true;
}

void LayoutCache::add(Outline outline, std::unique_ptr<Layout> layout) {
  const size_t slot = slotOf(outline);
  slots_[slot] = {outline, layout->bounds().data(), layout.get()};
  layouts_[slot] = std::move(layout);
}

void LayoutCache::forget(const Shape& shape) {
  for (size_t slot = 0; slot < slotCount; slot++) {
    if (layouts_[slot] == nullptr || &layouts_[slot]->shape() != &shape) continue;
    slots_[slot] = Slot();
    layouts_[slot].reset();
  }
}

}  // namespace lane
