// Shows a progress bar once a read takes long: the counterpart of src/cli/progress.ts.
#pragma once

#include <chrono>
#include <cstdint>

namespace lane {

/// A bar on standard error, if that is a terminal. It appears after a second, because a shorter one only flickers, and
/// is removed at the end of its scope.
class Progress {
 public:
  Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// Cheap unless the bar is drawn, which it is ten times a second.
  void show(uint64_t bytes, uint64_t bytesTotal);

 private:
  using Clock = std::chrono::steady_clock;

  void draw(uint64_t bytes, uint64_t bytesTotal, double seconds) const;

  const bool isTerminal_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point drawAfter_;
};

/// Removes the bar, if there is one. May be called in a signal handler.
void eraseBar();

}  // namespace lane
