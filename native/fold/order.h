// Checks whether the numbers and time stamps of entries increase in file order (docs/format.md 3).
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>

#include "base/line.h"
#include "fold/seq.h"
#include "json/json.h"

namespace lane {

/// The values with which the next entry is compared; `none` if no entry precedes it.
struct Order {
  static constexpr int64_t none = INT64_MIN;

  /// The number that the next `seq` must exceed.
  int64_t seq = none;
  /// The last entry's instant in milliseconds since 1970.
  int64_t ts = none;
};

/// Compares each value of a series with the one before it. The value that precedes the first one is not known yet.
class Advance {
 public:
  /// Takes the next value. Returns whether it goes back: whether `reach`, the largest value it may stand for, is below
  /// the last value.
  bool take(int64_t value, int64_t reach, Place place) {
    const bool isBack = reach < last_ && !begin(reach, place);
    last_ = value;
    return isBack;
  }
  /// Takes a value that is known not to go back and not to be the first.
  void advance(int64_t value) { last_ = value; }
  /// Compares the next value with at least `least`.
  void raise(int64_t least);

  /// Joins the series to the earlier one that ended with `before`, and sets `before` to the new end. Returns whether
  /// the first value goes back.
  bool follow(int64_t& before) const;
  Place firstPlace() const { return firstPlace_; }
  /// The value with which the next one is compared; nothing before the first.
  std::optional<int64_t> last() const { return last_ == notBegun ? std::nullopt : std::optional(last_); }
  void clear() { *this = Advance(); }

 private:
  /// Larger than every value, so that the common case needs no separate test for the first value.
  static constexpr int64_t notBegun = INT64_MAX;

  /// Records the first value. Returns whether this value is the first.
  bool begin(int64_t reach, Place place);

  int64_t last_ = notBegun;
  int64_t floor_ = Order::none;  // for the first value
  int64_t firstReach_ = 0;
  Place firstPlace_;
};

/// The numbers and stamps of successive entries.
class OrderRow {
 public:
  /// Returns whether the entry's number repeats or falls below an earlier one.
  bool takeNumbers(Numbers numbers, Place place);
  /// Like `takeNumbers`, for an entry without a watermark. A 0 is not a number.
  bool takeSeq(int64_t number, Place place) { return number != 0 && seq_.take(number, number - 1, place); }
  /// `ts` is an entry's and may be absent. Returns whether it is earlier than the last stamp.
  bool takeTs(Value ts, Place place) {
    return !(ts.size() == plainBytes && isString(ts) && takePlain(ts.data() + 1)) && takeAny(ts, place);
  }
  /// Takes the common case: a plain stamp that lies in the minute of the last one and does not go back. `ts` points
  /// after the quote of a string with the length of a plain stamp. Returns false and takes nothing in all other cases.
  bool takePlain(const char* ts);

  const Advance& seq() const { return seq_; }
  Advance ts() const;
  void clear();

  /// The length of a plain stamp with its quotes: `"2026-06-01T14:00:00Z"`, as `append` writes it.
  static constexpr size_t plainBytes = 22;

 private:
  /// The length of a plain stamp up to the colon before the seconds.
  static constexpr size_t minuteBytes = 16;

  bool takeAny(Value ts, Place place);
  /// Returns the instant of the last stamp, which must be plain.
  int64_t plainInstant() const;

  Advance seq_;
  /// Does not include the last stamp if that is plain.
  Advance ts_;
  /// The minute of the last plain stamp as text, and its first instant.
  char minute_[minuteBytes] = {};
  int64_t minuteStart_ = 0;
  /// The word of the last stamp's seconds if the stamp is plain; else 0, which is no text's word.
  uint32_t second_ = 0;
};

/// Returns four characters as a number that preserves their order.
inline uint32_t wordOf(const char* text) {
  const auto byteAt = [&](size_t i) { return uint32_t{static_cast<unsigned char>(text[i])}; };
  return byteAt(0) << 24 | byteAt(1) << 16 | byteAt(2) << 8 | byteAt(3);
}

/// Returns whether the word is `:SSZ` with seconds below 60.
inline bool isSecond(uint32_t word) {
  // Digits differ only in their low four bits. Adding carries out of them for tens above 5 and ones above 9.
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
