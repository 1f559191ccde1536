// Lines of a known shape -> their fields.
#include "core/shape.h"

#include <algorithm>
#include <cstring>

#include "core/decode.h"
#include "core/number.h"
#include "core/simd.h"

namespace lane {

namespace {

/// Guesses are tried without a look at where memory ends.
constexpr size_t guessMax = matchPaddingBytes / 2;

bool isNeeded(Field field, Op op) {
  switch (field) {
    case Field::seq:
    case Field::seqWatermark: return true;
    case Field::loopTs:
    case Field::lane: return op != Op::other;
    case Field::heartbeatAt: return op != Op::other && op != Op::release && op != Op::scavenge;
    case Field::ts: return op == Op::heartbeat || op == Op::adopt;
    case Field::holder:
    case Field::pid:
    case Field::hostId: return op == Op::acquire || op == Op::reconcile || op == Op::adopt;
    default: return op == Op::acquire || op == Op::reconcile;
  }
}

/// Of an ACQUIRE that has its lease whole; for other ops all that `isNeeded` left.
bool isNeededBesideLease(Field field, Op op) {
  if (op != Op::acquire && op != Op::reconcile) return true;
  return field == Field::lease || isNeeded(field, Op::release);
}

/// True if the characters are all digits; `bytes` is at most 8.
bool areDigits(const char* at, size_t bytes) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  const uint64_t inside = bytes == 8 ? ~uint64_t{0} : (uint64_t{1} << (bytes * 8)) - 1;
  const uint64_t high = (word & 0xF0F0F0F0F0F0F0F0u) ^ 0x3030303030303030u;
  const uint64_t above9 = (word + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u;
  return ((high | (above9 ^ 0x3030303030303030u)) & inside) == 0;
}

}  // namespace

/// Walks a text known to be good once, cutting it at its strings (keys and the op excepted) and numbers.
class Shape::Learner {
 public:
  Learner(Shape& shape, EntryReader& entry) : shape_(shape), entry_(entry), at_(entry.text().data()) {}

  bool run() {
    const char* end = at_ + entry_.text().size();
    while (at_ < end) {
      if (!step()) return false;
    }
    shape_.tailBegin_ = textBegin_;
    shape_.tailBytes_ = static_cast<uint32_t>(shape_.text_.size() - textBegin_);
    return shape_.text_.size() <= matchPaddingBytes;
  }

 private:
  bool step() {
    const char c = *at_;
    if (c == '"') return string();
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    if (c == 'N' || c == 'I') return false;
    if (c == '{' || c == '[') {
      beginValue();
      depth_++;
    }
    if (c == '}' || c == ']') depth_--;
    if (c == 't' || c == 'f' || c == 'n') return word();
    shape_.text_ += c;
    at_++;
    if (c == '}' || c == ']') endValue();
    return true;
  }

  bool word() {
    beginValue();
    while (*at_ >= 'a' && *at_ <= 'z') shape_.text_ += *at_++;
    endValue();
    return true;
  }

  bool number() {
    beginValue();
    if (!addSlot(false)) return false;
    at_ = skipNumber(at_, entry_.text().data() + entry_.text().size());
    endValue();
    return true;
  }

  bool string() {
    const char* begin = at_ + 1;
    const char* close = begin;
    while (*close != '"') close += *close == '\\' ? 2 : 1;
    const std::string_view content(begin, close - begin);
    at_ = close + 1;
    if (isKey(at_)) return key(content);
    beginValue();
    shape_.text_ += '"';
    if (depth_ == 1 && field_ == Field::op) {
      if (content.find('\\') != std::string_view::npos) return false;
      shape_.text_ += content;
    } else if (!addSlot(true)) {
      return false;
    }
    shape_.text_ += '"';
    endValue();
    return true;
  }

  bool key(std::string_view content) {
    if (content.find('\\') != std::string_view::npos) return false;
    shape_.text_.append("\"").append(content).append("\"");
    if (depth_ == 1) field_ = fieldOf(content);
    return true;
  }

  static bool isKey(const char* after) {
    while (isJsonSpace(*after)) after++;
    return *after == ':';
  }

  bool addSlot(bool isString) {
    if (shape_.slots_.size() == slotsMax) return false;
    const auto bytes = static_cast<uint32_t>(shape_.text_.size() - textBegin_);
    shape_.slots_.push_back({textBegin_, bytes, isString, 0});
    endText();
    return true;
  }

  void endText() { textBegin_ = static_cast<uint32_t>(shape_.text_.size()); }

  Mark here() const {
    return {static_cast<uint32_t>(shape_.slots_.size()), static_cast<uint32_t>(shape_.text_.size() - textBegin_)};
  }

  void beginValue() {
    if (depth_ == 1) begin_ = here();
  }

  /// A repeated key's last value wins.
  void endValue() {
    if (depth_ != 1 || field_ == Field::none || !isNeeded(field_, shape_.op_)) return;
    auto& extracts = shape_.extracts_;
    const auto old = std::find_if(extracts.begin(), extracts.end(), [&](const Extract& e) { return e.field == field_; });
    const Extract extract{field_, begin_, here()};
    if (old == extracts.end()) {
      extracts.push_back(extract);
    } else {
      *old = extract;
    }
  }

  Shape& shape_;
  EntryReader& entry_;
  const char* at_;
  size_t depth_ = 0;
  uint32_t textBegin_ = 0;
  Field field_ = Field::none;
  Mark begin_{};
};

std::unique_ptr<Shape> Shape::learn(EntryReader& entry) {
  const Value op = entry.fields()[Field::op];
  if (entry.wasIllFormed() || entry.text().size() > 4 * matchPaddingBytes) return nullptr;
  if (isPresent(op) && (!isString(op) || op.find('\\') != Value::npos)) return nullptr;
  std::unique_ptr<Shape> shape(new Shape());
  shape->opText_ = isPresent(op) ? contentOf(op) : std::string_view();
  shape->op_ = opOf(shape->opText_);
  if (shape->op_ == Op::checkpoint || !Learner(*shape, entry).run()) return nullptr;
  if (isObject(entry.fields()[Field::lease])) {
    std::erase_if(shape->extracts_, [&](const Extract& e) { return !isNeededBesideLease(e.field, shape->op_); });
  }
  shape->repeatsKeys_ = entry.repeatsKeys();
  const auto isPlainText = [&](Field field) {
    const Value value = entry.fields()[field];
    return !isPresent(value) || isString(value);
  };
  shape->identityIsPlain_ = isPlainText(Field::loopTs) && isPlainText(Field::lane);
  shape->text_.append(wideBytes, '\0');
  return shape;
}

const char* Shape::match(const char* at) {
  const char* text = text_.data();
  size_t i = 0;
  for (Slot& slot : slots_) {
    if (!equalBytes(at, text + slot.textBegin, slot.textBytes)) return nullptr;
    places_[i++] = at;
    at += slot.textBytes;
    at = slot.isString ? matchString(at, slot) : matchNumber(at, slot);
    if (at == nullptr) return nullptr;
  }
  if (!equalBytes(at, text + tailBegin_, tailBytes_)) return nullptr;
  places_[i] = at;
  at += tailBytes_;
  return *at == '\n' ? at : nullptr;
}

/// The end of the characters of a string without escapes. Its quote is the next text's first character.
const char* Shape::matchString(const char* at, Slot& slot) {
  if (at[slot.guess] == '"' && isPlain(at, slot.guess)) return at + slot.guess;
  const char* end = findSpecial(at);
  if (*end != '"') {
    while (static_cast<signed char>(*end) < 0) end = findSpecial(end + 1);
    if (*end != '"' || !isWellFormed({at, static_cast<size_t>(end - at)})) return nullptr;
  }
  const auto bytes = static_cast<size_t>(end - at);
  if (bytes <= guessMax) slot.guess = static_cast<uint32_t>(bytes);
  return end;
}

/// The end of a number; the text behind it cannot go on one.
const char* Shape::matchNumber(const char* at, Slot& slot) {
  const size_t guess = slot.guess;
  if (guess != 0 && guess <= 8 && at[0] != '0' && areDigits(at, guess) && static_cast<uint8_t>(at[guess] - '0') > 9) {
    return at + guess;
  }
  const char* end = skipNumber(at, at + matchPaddingBytes);
  if (end == nullptr || static_cast<size_t>(end - at) == matchPaddingBytes) return nullptr;
  const auto bytes = static_cast<size_t>(end - at);
  if (bytes <= guessMax) slot.guess = static_cast<uint32_t>(bytes);
  return end;
}

const ObjectFields& Shape::fields() {
  for (const Extract& extract : extracts_) {
    const char* begin = placeOf(extract.begin);
    fields_.set(extract.field, Value(begin, placeOf(extract.end) - begin));
  }
  return fields_;
}

Identity Shape::identity(Arena& arena) const {
  const Value loopTs = fields_[Field::loopTs];
  const Value lane = fields_[Field::lane];
  if (!identityIsPlain_) return readIdentity(loopTs, lane, arena);
  const auto content = [](Value value) { return isPresent(value) ? contentOf(value) : std::string_view(); };
  return {content(loopTs), content(lane)};
}

Shape* ShapeCache::match(const char* at, const char*& end) {
  if (pause_ > 0) {
    pause_--;
    return nullptr;
  }
  for (size_t i = 0; i < shapes_.size(); i++) {
    end = shapes_[i]->match(at);
    if (end == nullptr) continue;
    matches_++;
    if (i == 0) return shapes_[0].get();
    std::swap(shapes_[i], shapes_[i - 1]);
    return shapes_[i - 1].get();
  }
  misses_++;
  // Lines that never match should not pay for all shapes each time.
  constexpr uint64_t window = 1024;
  if (matches_ + misses_ >= window) {
    if (misses_ > matches_ * 8) pause_ = 4 * window;
    matches_ = misses_ = 0;
  }
  return nullptr;
}

void ShapeCache::learn(EntryReader& entry) {
  constexpr uint64_t wellKnown = 256;
  if (pause_ > 0 || (misses_ > wellKnown && misses_ % 32 != 0)) return;
  auto shape = Shape::learn(entry);
  if (!shape) return;
  if (shapes_.size() == shapesMax) shapes_.pop_back();
  shapes_.push_back(std::move(shape));
}

}  // namespace lane
