// Lines of a known shape whose values have known lengths -> matched in one comparison.
#include "core/layout.h"

#include <algorithm>

#include "core/number.h"

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

std::unique_ptr<Layout> Layout::learn(Shape& shape, std::string_view line, const std::vector<Stretch>& slots,
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
    // A number of more than one digit begins with none that is 0.
    if (!strings[i] && bytes > 1) low[begin] = '1';
  }
  layout->bounds_ = low + high;
  return layout;
}

const Layout* LayoutCache::match(const char* at, uint64_t& outline, const char*& end) {
  lines_++;
  end = nullptr;
  if (pause_ > 0) {
    pause_--;
    return nullptr;
  }
  pauseIfUseless();
  asked_++;
  end = matcher.readOutline(at, outline);
  if (end == nullptr || slots_.empty()) return nullptr;
  const Layout* layout = find(at, outline, static_cast<size_t>(end - at) + 1);
  found_ += layout != nullptr;
  return layout;
}

/// `bytes` is the line's length with its LF.
const Layout* LayoutCache::find(const char* at, uint64_t outline, size_t bytes) const {
  const Slot& slot = slots_[outline % slotCount];
  // An outline is a hash: the length is compared as well.
  if (slot.outline != outline || slot.bytes != bytes) return nullptr;
  return matcher.isWithin(at, slot.bounds, slot.bounds + bytes, bytes) ? slot.layout.get() : nullptr;
}

void LayoutCache::pauseIfUseless() {
  if (asked_ < window) return;
  if (found_ * usefulOneIn < asked_) pause_ = pausedLines;
  asked_ = found_ = 0;
}

bool LayoutCache::isWorthwhile(uint64_t outline) {
  if (slots_.empty()) slots_.resize(slotCount);
  Slot& slot = slots_[outline % slotCount];
  const bool wasMet = slot.lastMiss == outline;
  slot.lastMiss = outline;
  if (!wasMet || tried_ >= triedAtFirst + lines_ / linesEach) return false;
  tried_++;
  return true;
}

void LayoutCache::add(uint64_t outline, std::unique_ptr<Layout> layout) {
  Slot& slot = slots_[outline % slotCount];
  slot.outline = outline;
  slot.bounds = layout->bounds().data();
  slot.bytes = layout->bounds().size() / 2;
  slot.layout = std::move(layout);
}

void LayoutCache::forget(const Shape& shape) {
  for (Slot& slot : slots_) {
    if (slot.layout != nullptr && &slot.layout->shape() == &shape) slot = Slot();
  }
}

}  // namespace lane
