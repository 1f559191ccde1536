// Defines text that may be read past its end.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string_view>

#include "base/text.h"

namespace lane {

/// Text that `paddingBytes` zero bytes follow in memory, so that loops over it need not test for its end: they stop at
/// a zero. Borrows the memory.
class PaddedText {
 public:
  static constexpr size_t paddingBytes = 4096;

  PaddedText() = default;
  /// Makes a text of the first `bytes` bytes of `memory`, and writes the padding after it. Throws std::length_error if
  /// there is no room for the padding.
  PaddedText(std::span<char> memory, size_t bytes) : begin_(memory.data()), end_(memory.data() + bytes) {
    if (memory.size() < paddingBytes || memory.size() - paddingBytes < bytes) throw std::length_error("padding");
    std::memset(memory.data() + bytes, 0, paddingBytes);
  }

  const char* data() const { return begin_; }
  const char* end() const { return end_; }
  size_t size() const { return bytesBetween(begin_, end_); }
  bool empty() const { return begin_ == end_; }
  std::string_view first(size_t bytes) const { return {begin_, bytes}; }
  /// Returns the text from `at` on, which must lie in the text or be its end.
  PaddedText from(const char* at) const { return {at, end_}; }

 private:
  PaddedText(const char* begin, const char* end) : begin_(begin), end_(end) {}

  const char* begin_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace lane
