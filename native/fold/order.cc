// Checks whether the numbers and time stamps of entries increase.
#include "fold/order.h"

#include <algorithm>
#include <optional>
#include <string>

#include "fold/stamp.h"
#include "json/words.h"

namespace lane {

void Advance::raise(int64_t least) {
  int64_t& bound = last_ == notBegun ? floor_ : last_;
  bound = std::max(bound, least);
}

bool Advance::begin(int64_t reach, Place place) {
  if (last_ != notBegun) return false;
  firstReach_ = reach;
  firstPlace_ = place;
  return true;
}

bool Advance::follow(int64_t& before) const {
  const int64_t bound = std::max(before, floor_);
  before = last_ == notBegun ? bound : last_;
  return last_ != notBegun && firstReach_ < bound;
}

bool OrderRow::takeNumbers(Numbers numbers, Place place) {
  const bool isBack = takeSeq(numbers.seq, place);
  if (numbers.watermark > 0) seq_.raise(numbers.watermark);
  return isBack;
}

int64_t OrderRow::plainInstant() const {
  return minuteStart_ + ((second_ >> 16 & 15) * 10 + (second_ >> 8 & 15)) * 1000;
}

Advance OrderRow::ts() const {
  Advance row = ts_;
  if (second_ != 0) row.advance(plainInstant());
  return row;
}

bool OrderRow::takeAny(Value ts, Place place) {
  if (!isString(ts)) return false;
  std::string room;
  const std::optional<Moments> moments = readStamp(unescaped(contentOf(ts), room));
  if (!moments) return false;
  ts_ = this->ts();
  const uint32_t second = ts.size() == plainBytes ? wordOf(ts.data() + 1 + minuteBytes) : 0;
  second_ = isSecond(second) ? second : 0;
  if (second_ != 0) {
    std::memcpy(minute_, ts.data() + 1, minuteBytes);
    minuteStart_ = 0;
    minuteStart_ = moments->first - plainInstant();
  }
  return ts_.take(moments->first, moments->last, place);
}

void OrderRow::clear() {
  seq_.clear();
  ts_.clear();
  second_ = 0;
}

}  // namespace lane
