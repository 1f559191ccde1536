// Judges whether the numbers and the time stamps of entries advance in file order (docs/format.md 3).
#pragma once

#include <cstdint>
#include <cstring>

#include "base/line.h"
#include "fold/seq.h"
#include "json/json.h"

namespace lane {

/// What the next entry is compared with; `none` if nothing precedes it.
struct Order {
  static constexpr int64_t none = INT64_MIN;

  /// The number that `seq` has to exceed.
  int64_t seq = none;
  /// The last entry's instant, in milliseconds since 1970.
  int64_t ts = none;
};

/// Values in a row, each compared with the one before it, whatever precedes the first.
class Advance {
 public:
  /// Takes the next value. True if it is back: if `reach`, the most that it may stand for, is below the last one.
  bool take(int64_t value, int64_t reach, Place place) {
    const bool isBack = reach < last_ && !begin(reach, place);
    last_ = value;
    return isBack;
  }
  /// Takes a value that is known not to be back, nor the first.
  void advance(int64_t value) { last_ = value; }
  /// The next value is compared with at least this one.
  void raise(int64_t least);

  /// Puts the row after `before` and makes that the row's end. True if the first value is back.
  bool follow(int64_t& before) const;
  Place firstPlace() const { return firstPlace_; }
  void clear() { *this = Advance(); }

 private:
  /// Everything lies below this, so that the first value needs no test of its own.
  static constexpr int64_t notBegun = INT64_MAX;

  /// True if the value is the first.
  bool begin(int64_t reach, Place place);

  int64_t last_ = notBegun;
  int64_t floor_ = Order::none;  // of the first value
  int64_t firstReach_ = 0;
  Place firstPlace_;
};

/// Numbers and stamps of entries in a row.
class OrderRow {
 public:
  /// True if the entry's number repeats an earlier one or falls.
  bool takeNumbers(Numbers numbers, Place place);
  /// As `takeNumbers` for an entry that has no watermark; 0 is no number.
  bool takeSeq(int64_t number, Place place) { return number != 0 && seq_.take(number, number - 1, place); }
  /// `ts` is an entry's, present or not. True if it stands for a moment before the last one.
  bool takeTs(Value ts, Place place) {
    return !(ts.size() == plainBytes && isString(ts) && takePlain(ts.data() + 1)) && takeAny(ts, place);
  }
  /// Takes a string of the length of a plain stamp, without its quotes, if it is one that follows the last one within
  /// its minute, as nearly all do. If not, it returns false and takes nothing.
  bool takePlain(const char* ts);

  const Advance& seq() const { return seq_; }
  Advance ts() const;
  void clear();

  /// A plain stamp with its quotes: `"2026-06-01T14:00:00Z"`, as `append` writes it.
  static constexpr size_t plainBytes = 22;

 private:
  /// Of a plain stamp, what stands before the colon of the seconds.
  static constexpr size_t minuteBytes = 16;

  bool takeAny(Value ts, Place place);
  /// The instant of the last stamp, which is plain.
  int64_t plainInstant() const;

  Advance seq_;
  /// Without the last stamp, while that is plain.
  Advance ts_;
  /// The last plain stamp's minute as it is written, and its start.
  char minute_[minuteBytes] = {};
  int64_t minuteStart_ = 0;
  /// The word of the last stamp's seconds if it is plain, else 0, which is the word of no text.
  uint32_t second_ = 0;
};

/// Four characters as a number that rises with them.
inline uint32_t wordOf(const char* text) {
  const auto byteAt = [&](size_t i) { return uint32_t{static_cast<unsigned char>(text[i])}; };
  return byteAt(0) << 24 | byteAt(1) << 16 | byteAt(2) << 8 | byteAt(3);
}

/// True for the word of `:SSZ`, seconds below 60.
inline bool isSecond(uint32_t word) {
  // Digits differ in their low halves alone, of which tens above 5 and ones above 9 would carry.
  constexpr uint32_t inside = 0xFFF0F0FF;
  constexpr uint32_t expected = 0x3A30305A;
  return ((word & inside) == expected) & (((word + 0x000A0600) & inside) == expected);
}

inline bool OrderRow::takePlain(const char* ts) {
  if (std::memcmp(ts, minute_, minuteBytes) != 0) return false;
  const uint32_t second = wordOf(ts + minuteBytes);
  if (second == second_) return true;
  if (second_ == 0 || second < second_ || !isSecond(second)) return false;
  second_ = second;
  return true;
}

}  // namespace lane
