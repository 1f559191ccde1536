// Shows a progress bar once a read takes long.
#include "lj/progress.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

namespace lane {

namespace {

constexpr std::chrono::seconds silentTime{1};
constexpr std::chrono::milliseconds redrawTime{100};

std::atomic<bool> isShown = false;
static_assert(std::atomic<bool>::is_always_lock_free);

/// The bar only informs, so it does not matter if the terminal does not accept it.
void writeToTerminal(std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

Progress::Progress() : isTerminal_(::isatty(STDERR_FILENO) == 1), drawAfter_(began_ + silentTime) {}

Progress::~Progress() { eraseBar(); }

void Progress::show(uint64_t bytes, uint64_t bytesTotal) {
  if (!isTerminal_ || bytes == 0 || bytesTotal == 0) return;
  const Clock::time_point now = Clock::now();
  if (now < drawAfter_) return;
  drawAfter_ = now + redrawTime;
  isShown = true;
  draw(std::min(bytes, bytesTotal), bytesTotal, std::chrono::duration<double>(now - began_).count());
}

void Progress::draw(uint64_t bytes, uint64_t bytesTotal, double seconds) const {
  constexpr size_t barCharacters = 30;
  const double part = static_cast<double>(bytes) / static_cast<double>(bytesTotal);
  const auto filled = static_cast<size_t>(part * barCharacters);
  const double megabytes = static_cast<double>(bytesTotal) / 1e6;
  char numbers[80];
  std::snprintf(numbers, sizeof numbers, " %d %% of %.0f MB, %.0f s left\x1b[K", static_cast<int>(part * 100),
                megabytes, std::ceil(seconds * (1 - part) / part));
  std::string bar = "\r";
  bar.append(filled, '=').append(barCharacters - filled, '-').append(numbers);
  writeToTerminal(bar);
}

void eraseBar() {
  if (isShown.exchange(false)) writeToTerminal("\r\x1b[K");
}

}  // namespace lane
