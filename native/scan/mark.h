// Keeps the last bytes before an offset as they were read, even if the file changes afterwards.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace lane {

class Mark {
 public:
  Mark() = default;
  /// `bytes` are those before the offset, as far as they are known.
  explicit Mark(std::string_view bytes) { extend(bytes); }

  /// Adds the bytes that follow those already kept.
  void extend(std::string_view bytes) {
    kept_.append(lastOf(bytes));
    // Cutting at twice the limit keeps the moving of bytes linear.
    if (kept_.size() > 2 * bytesMax) kept_.erase(0, kept_.size() - bytesMax);
  }

  /// Forgets all bytes, because those that follow are unknown.
  void clear() { kept_.clear(); }

  /// Returns at most 4,096 bytes.
  std::string_view bytes() const { return lastOf(kept_); }

 private:
  static constexpr size_t bytesMax = 4096;

  static std::string_view lastOf(std::string_view bytes) {
    return bytes.substr(bytes.size() - std::min(bytes.size(), bytesMax));
  }

  std::string kept_;
};

}  // namespace lane
