// Learns the shape of a line, and reads the fields of lines that have it.
#include "match/shape.h"

#include <algorithm>

#include "base/number.h"
#include "base/simd.h"
#include "base/text.h"
#include "fold/order.h"
#include "fold/refusal.h"
#include "json/words.h"
#include "match/match.h"

namespace lane {

namespace {

bool isNeeded(Field field, Op op) {
  switch (field) {
    case Field::seq:
    case Field::seqWatermark: return true;
    case Field::loopTs:
    case Field::lane: return op != Op::other;
    case Field::heartbeatAt: return op != Op::other && op != Op::release && op != Op::scavenge;
    case Field::ts: return op == Op::heartbeat || op == Op::adopt;
    case Field::reason: return false;
    case Field::holder:
    case Field::pid:
    case Field::hostId: return op == Op::acquire || op == Op::reconcile || op == Op::adopt;
    default: return op == Op::acquire || op == Op::reconcile;
  }
}

/// Returns whether a field that `isNeeded` accepts is also needed if an ACQUIRE or RECONCILE nests its whole lease.
bool isNeededBesideLease(Field field, Op op) {
  if (op != Op::acquire && op != Op::reconcile) return true;
  if (field == Field::lease || field == Field::leaseStamp || field == Field::generationWatermark) return true;
  return isNeeded(field, Op::release);
}

}  // namespace

/// Walks a good text once and divides it into slots: the values at which lines of the shape differ, which are numbers
/// and strings, and the text between them. Keys and the op belong to the text.
class Shape::Learner {
 public:
  Learner(Shape& shape, EntryReader& entry) : shape_(shape), entry_(entry), at_(entry.text().data()) {}

  bool run() {
    const char* end = at_ + entry_.text().size();
    while (at_ < end) {
      if (!step()) return false;
    }
    if (!addSlot(false) || text_.size() > Pattern::textBytesMax) return false;
    shape_.pattern_ = Pattern(std::move(text_), std::move(slots_));
    return true;
  }

 private:
  bool step() {
    const char c = *at_;
    if (c == '"') return string();
    if (c == 'N' || c == 'I' || (c == '-' && at_[1] == 'I')) return false;
    if (c == '-' || isDigit(c)) return number();
    if (c == '{' || c == '[') {
      beginValue();
      depth_++;
    }
    if (c == '}' || c == ']') depth_--;
    if (c == 't' || c == 'f' || c == 'n') return word();
    text_ += c;
    at_++;
    if (c == '}' || c == ']') endValue();
    return true;
  }

  bool word() {
    beginValue();
    while (*at_ >= 'a' && *at_ <= 'z') text_ += *at_++;
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
    const std::string_view content = textBetween(begin, close);
    at_ = close + 1;
    if (isKey(at_)) return key(content);
    beginValue();
    text_ += '"';
    if (depth_ == 1 && field_ == Field::op) {
      if (content.find('\\') != std::string_view::npos) return false;
      text_ += content;
    } else if (!addSlot(true)) {
      return false;
    }
    text_ += '"';
    endValue();
    return true;
  }

  bool key(std::string_view content) {
    if (content.find('\\') != std::string_view::npos) return false;
    text_.append("\"").append(content).append("\"");
    if (depth_ == 1) {
      field_ = fieldOf(content);
      leaseField_ = Field::none;  // in an array, items are as deep as a lease's members
      // Only the last lease counts, so drop the places inside an earlier one.
      if (field_ == Field::lease) {
        std::erase_if(shape_.extracts_, [](const Extract& e) { return e.field == Field::leaseStamp; });
        shape_.noted_[static_cast<size_t>(Noted::leaseReason)] = {};
      }
    }
    if (depth_ == 2) leaseField_ = field_ == Field::lease ? fieldOf(content) : Field::none;
    return true;
  }

  static bool isKey(const char* after) {
    while (isJsonSpace(*after)) after++;
    return *after == ':';
  }

  bool addSlot(bool isString) {
    if (slots_.size() == slotsMax) return false;
    const auto end = static_cast<uint32_t>(text_.size());
    const uint32_t bytes = end - textBegin_;
    const uint32_t mask = bytes >= 32 ? ~uint32_t{0} : (uint32_t{1} << bytes) - 1;
    slots_.push_back({textBegin_, bytes, mask, isString, 0, 0});
    textBegin_ = end;
    return true;
  }

  Mark here() const { return {static_cast<uint32_t>(slots_.size()), static_cast<uint32_t>(text_.size() - textBegin_)}; }

  void beginValue() {
    if (depth_ == 1) begin_ = here();
    if (depth_ == 2) leaseBegin_ = here();
  }

  void endValue() {
    if (depth_ == 1 && field_ != Field::none && isNeeded(field_, shape_.op_)) keep(field_, begin_);
    if (depth_ == 1 && field_ == Field::ts) note(Noted::ts, begin_);
    const bool isAcquire = shape_.op_ == Op::acquire;
    if (depth_ == 1 && field_ == Field::reason && isAcquire) note(Noted::reason, begin_);
    if (depth_ != 2) return;
    if (leaseField_ == Field::heartbeatAt && isNeeded(Field::lease, shape_.op_)) keep(Field::leaseStamp, leaseBegin_);
    if (leaseField_ == Field::reason && isAcquire) note(Noted::leaseReason, leaseBegin_);
  }

  void note(Noted which, Mark begin) { shape_.noted_[static_cast<size_t>(which)] = {begin, here(), true}; }

  /// The last value of a repeated key counts.
  void keep(Field field, Mark begin) {
    auto& extracts = shape_.extracts_;
    const auto old = std::find_if(extracts.begin(), extracts.end(), [&](const Extract& e) { return e.field == field; });
    const Extract extract{field, {begin, here(), true}};
    if (old == extracts.end()) {
      extracts.push_back(extract);
    } else {
      *old = extract;
    }
  }

  Shape& shape_;
  EntryReader& entry_;
  const char* at_;
  std::string text_;
  std::vector<ShapeSlot> slots_;
  size_t depth_ = 0;
  uint32_t textBegin_ = 0;
  Field field_ = Field::none;
  Mark begin_{};
  Field leaseField_ = Field::none;
  Mark leaseBegin_{};
};

std::unique_ptr<Shape> Shape::learn(EntryReader& entry, uint64_t number) {
  const Value op = entry.fields()[Field::op];
  if (entry.wasIllFormed() || entry.text().size() > 4 * PaddedText::paddingBytes) return nullptr;
  if (isPresent(op) && (!isString(op) || op.find('\\') != Value::npos)) return nullptr;
  std::unique_ptr<Shape> shape(new Shape(number));
  shape->opText_ = isPresent(op) ? contentOf(op) : std::string_view();
  shape->op_ = opOf(shape->opText_);
  if (shape->op_ == Op::checkpoint || !Learner(*shape, entry).run()) return nullptr;
  if (isObject(entry.fields()[Field::lease])) {
    std::erase_if(shape->extracts_, [&](const Extract& e) { return !isNeededBesideLease(e.field, shape->op_); });
    shape->nestsLease_ = true;
  }
  shape->repeatsKeys_ = entry.repeatsKeys();
  shape->mayBeChecked_ = entry.text().find(", \"~\": \"") != std::string_view::npos;
  const auto isStringOrAbsent = [&](Field field) {
    const Value value = entry.fields()[field];
    return !isPresent(value) || isString(value);
  };
  shape->identityIsStrings_ = isStringOrAbsent(Field::loopTs) && isStringOrAbsent(Field::lane);
  return shape;
}

const char* Shape::match(PaddedText text, Places& places) { return matcher.matchShape(text, pattern_, places.data()); }

bool Shape::beginsAlike(PaddedText text) const {
  return (wide::different32(text.data(), pattern_.text()) & pattern_.slots().front().textMask) == 0;
}

const ObjectFields& MatchedLine::fields() {
  auto& [number, fields] = room_->fields[shape_->number() % room_->fields.size()];
  if (fieldsAreRead_) return fields;
  fieldsAreRead_ = true;
  if (number != shape_->number()) {
    number = shape_->number();
    fields.clear();
    if (shape_->nestsLease_) fields.set(Field::leaseStamp, "");
  }
  for (size_t i = 0; i < shape_->extracts_.size(); i++) {
    const auto& [field, span] = shape_->extracts_[i];
    fields.set(field, layout_ != nullptr ? layout_->fields[i].of(text_.data()) : span.in(room_->places));
  }
  return fields;
}

std::unique_ptr<Layout> MatchedLine::learnLayout() const {
  const char* const begin = text_.data();
  const Shape::Places& places = room_->places;
  const auto stretch = [&](const char* from, const char* to) {
    return Stretch{static_cast<uint32_t>(from - begin), static_cast<uint32_t>(to - begin)};
  };
  const auto stretchOf = [&](const Shape::Span& span) { return stretch(span.begin.in(places), span.end.in(places)); };
  std::vector<Stretch> slots;
  std::vector<bool> strings;
  const std::vector<ShapeSlot>& known = shape_->pattern_.slots();
  for (size_t i = 0; i + 1 < known.size(); i++) {
    slots.push_back(stretch(places[i] + known[i].textBytes, places[i + 1]));
    strings.push_back(known[i].isString);
  }
  auto layout = Layout::learn(*shape_, {begin, text_.size() + 1}, slots, strings);
  if (!layout) return nullptr;
  for (const Shape::Extract& extract : shape_->extracts_) layout->fields.push_back(stretchOf(extract.span));
  for (size_t i = 0; i < shape_->noted_.size(); i++) {
    if (shape_->noted_[i].isKnown) layout->noted[i] = stretchOf(shape_->noted_[i]);
  }
  layout->gist = shape_->gistOf(*layout, text_);
  return layout;
}

std::optional<Layout::Gist> Shape::gistOf(const Layout& layout, std::string_view line) const {
  if (!identityIsStrings_) return std::nullopt;
  Layout::Gist gist;
  const Stretch noted = layout.noted[static_cast<size_t>(Noted::ts)];
  if (isString(noted.of(line.data())) && noted.end - noted.begin == OrderRow::plainBytes) gist.ts = noted.begin + 1;
  for (const Noted which : {Noted::reason, Noted::leaseReason}) {
    const Stretch reason = layout.noted[static_cast<size_t>(which)];
    gist.hasReason = gist.hasReason || reason.end - reason.begin >= refusalBytesMin;
  }
  Stretch beat;
  Stretch ts;
  for (size_t i = 0; i < extracts_.size(); i++) {
    const Stretch at = layout.fields[i];
    const Value value = at.of(line.data());
    switch (extracts_[i].field) {
      // A number in a layout consists of digits. A `seq` that is not a number is fixed text, the same in all its lines.
      case Field::seq:
        if (!isNumber(value) || value.size() > 8) return std::nullopt;
        gist.seq = at;
        break;
      case Field::seqWatermark: return std::nullopt;
      case Field::loopTs: gist.loopTs = {at.begin + 1, at.end - 1}; break;
      case Field::lane: gist.lane = {at.begin + 1, at.end - 1}; break;
      // The length of a string is fixed, so either all lines of the layout have an empty one or none has.
      case Field::heartbeatAt: beat = at; [[fallthrough]];
      case Field::ts:
        if (!isString(value)) return std::nullopt;
        if (extracts_[i].field == Field::ts) ts = at;
        break;
      default: break;
    }
  }
  for (const Stretch stamp : {ts, beat}) {
    if (stamp.end - stamp.begin > 2) gist.stamp = stamp;
  }
  return gist;
}

}  // namespace lane
