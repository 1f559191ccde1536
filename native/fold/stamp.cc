// Reads a time stamp.
#include "fold/stamp.h"

#include <cmath>
#include <string>

#include "base/number.h"
#include "json/words.h"

namespace lane {

namespace {

constexpr int64_t secondMs = 1000;
constexpr int64_t minuteMs = 60 * secondMs;
constexpr int64_t dayMs = 24 * 60 * minuteMs;

/// Reads the parts of a stamp from left to right. Once a part is missing, it reads nothing more.
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}

  /// Reads a number of exactly `digits` digits that lies between `least` and `most`.
  int64_t number(size_t digits, int64_t least, int64_t most) {
    int64_t value = 0;
    for (size_t i = 0; i < digits; i++) {
      isGood_ = isGood_ && i < rest_.size() && isDigit(rest_[i]);
      if (!isGood_) return 0;
      value = value * 10 + (rest_[i] - '0');
    }
    isGood_ = value >= least && value <= most;
    rest_.remove_prefix(digits);
    return value;
  }

  /// Reads one of the characters. Returns 0 if none follows, which is an error if `required`.
  char oneOf(std::string_view characters, bool required = true) {
    const bool found = isGood_ && !rest_.empty() && characters.find(rest_.front()) != std::string_view::npos;
    isGood_ = isGood_ && (found || !required);
    if (!found) return 0;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  /// Reads 1 to 40 digits.
  std::string_view digits() {
    constexpr size_t digitsMax = 40;
    size_t count = 0;
    while (count < rest_.size() && isDigit(rest_[count])) count++;
    isGood_ = isGood_ && count > 0 && count <= digitsMax;
    const std::string_view found = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return found;
  }

  bool isWhole() const { return isGood_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool isGood_ = true;
};

bool isLeap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int64_t daysOf(int64_t year, int64_t month) {
  if (month == 2) return isLeap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// Returns the days from 1970-01-01 to a date of the Gregorian calendar with a year from 0 on.
int64_t daysSince1970(int64_t year, int64_t month, int64_t day) {
  // Count years from March, so that the leap day is the last day.
  const int64_t shifted = month > 2 ? year : year - 1;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const int64_t yearOfEra = shifted - era * 400;
  const int64_t dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/// Returns the whole milliseconds of a fraction of a second.
int64_t fractionMs(std::string_view digits) {
  const std::string number = "0." + std::string(digits);
  return static_cast<int64_t>(std::floor(numberOf(number) * 1000));
}

}  // namespace

std::optional<Moments> readStamp(std::string_view text) {
  Parts parts(text);
  const int64_t year = parts.number(4, 0, 9999);
  parts.oneOf("-");
  const int64_t month = parts.number(2, 1, 12);
  parts.oneOf("-");
  const int64_t day = parts.number(2, 1, 31);
  parts.oneOf("T ");
  const int64_t hours = parts.number(2, 0, 23);
  parts.oneOf(":");
  const int64_t minutes = parts.number(2, 0, 59);
  const bool hasSeconds = parts.oneOf(":", false) != 0;
  const int64_t seconds = hasSeconds ? parts.number(2, 0, 60) : 0;
  const bool hasFraction = hasSeconds && parts.oneOf(".", false) != 0;
  const std::string_view fraction = hasFraction ? parts.digits() : "0";
  const char zone = parts.oneOf("Z+-");
  int64_t offset = 0;
  if (zone != 'Z') {
    offset = parts.number(2, 0, 23) * 60;
    parts.oneOf(":", false);
    offset += parts.number(2, 0, 59);
  }
  if (!parts.isWhole() || day > daysOf(year, month)) return std::nullopt;
  const int64_t ofDay = hours * 60 + minutes - (zone == '-' ? -offset : offset);
  const int64_t first =
      daysSince1970(year, month, day) * dayMs + ofDay * minuteMs + seconds * secondMs + fractionMs(fraction);
  return Moments{first, hasSeconds ? first : first + minuteMs - secondMs};
}

}  // namespace lane
