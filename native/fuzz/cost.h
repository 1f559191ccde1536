// Finds inputs that cost far more time per byte than ordinary ones.
//
// An input is stretched to 64 KiB before it is measured, so that the fixed cost of a call vanishes and a cost that
// grows faster than its input shows. The thread's own clock makes the measurement independent of other programs.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace fuzz {

/// An input whose bytes cost more than this many ordinary bytes each is a finding.
inline constexpr double costRatioMax = 50;
inline constexpr size_t stretchedBytes = 64 * 1024;

/// Returns the CPU time of the calling thread in seconds.
inline double threadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Returns `text` with the `bytes` bytes from `begin` repeated until it has at least `stretchedBytes` bytes. A range
/// that exceeds the text is cut to it; an empty range selects the whole text.
inline std::string stretched(std::string_view text, size_t begin, size_t bytes) {
  std::string_view part = text.substr(std::min(begin, text.size()), bytes);
  if (part.empty()) part = text;
  if (part.empty()) return {};
  const auto partBegin = static_cast<size_t>(part.data() - text.data());
  std::string out(text.substr(0, partBegin));
  const size_t rest = text.size() - partBegin - part.size();
  do out += part;
  while (out.size() + rest < stretchedBytes);
  return out.append(text.substr(partBegin + part.size()));
}

/// Compares the cost of a byte with that of an ordinary byte, for one kind of work.
class CostOracle {
 public:
  using Work = std::function<void(std::string_view)>;
  using Clock = std::function<double()>;

  /// `ordinary` is a typical input of the work, of at least some tens of kilobytes.
  CostOracle(Work work, std::string ordinary, Clock clock = threadSeconds)
      : work_(std::move(work)), ordinary_(std::move(ordinary)), clock_(std::move(clock)) {
    for (int run = 0; run < runsOfOrdinary; run++) measureOrdinary();
  }

  /// Returns the number of ordinary bytes that a byte of `text` costs. If that exceeds `costRatioMax`, it is the least
  /// of ten runs that alternate with runs of the ordinary text, so that an interruption is not a finding.
  double ratioOf(std::string_view text) {
    double least = std::numeric_limits<double>::infinity();
    for (int run = 0; run < runsToConfirm && least > costRatioMax; run++) {
      if (run > 0) measureOrdinary();
      least = std::min(least, secondsEach(text) / ordinarySeconds_);
    }
    return least;
  }

 private:
  static constexpr int runsOfOrdinary = 20;
  static constexpr int runsToConfirm = 10;

  void measureOrdinary() { ordinarySeconds_ = std::min(ordinarySeconds_, secondsEach(ordinary_)); }

  /// Returns the seconds per byte of one run.
  double secondsEach(std::string_view text) {
    const double began = clock_();
    work_(text);
    return (clock_() - began) / static_cast<double>(std::max<size_t>(text.size(), 1));
  }

  Work work_;
  std::string ordinary_;
  Clock clock_;
  double ordinarySeconds_ = std::numeric_limits<double>::infinity();
};

}  // namespace fuzz
