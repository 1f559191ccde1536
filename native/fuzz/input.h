// Divides a fuzzer's bytes into choices, lines and files. A check that fails aborts, which the fuzzer records and
// reports.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/line.h"

namespace fuzz {

/// The last `choiceBytes` bytes are choices, and the rest is the text. A journal is therefore a seed as it is, and
/// other programs can read a corpus as journals.
inline constexpr size_t choiceBytes = 8;

class Input {
 public:
  Input(const uint8_t* bytes, size_t size) {
    const size_t chosen = size < choiceBytes ? size : choiceBytes;
    text_ = {reinterpret_cast<const char*>(bytes), size - chosen};
    for (size_t i = 0; i < chosen; i++) choices_[i] = bytes[size - chosen + i];
  }

  std::string text() const { return std::string(text_); }
  /// Returns the text before its first LF.
  std::string line() const { return std::string(text_.substr(0, text_.find('\n'))); }
  /// Returns a number below 256 or below 65,536.
  unsigned choice(size_t at) const { return choices_.at(at); }
  unsigned wideChoice(size_t at) const { return choice(at) | choice(at + 1) << 8; }

 private:
  std::string_view text_;
  std::array<uint8_t, choiceBytes> choices_{};
};

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "expected %s\n", what);
  std::abort();
}

inline void requireSame(std::string_view found, std::string_view expected, const char* what) {
  if (found == expected) return;
  std::fprintf(stderr, "%s\n  expected %.*s\n  found    %.*s\n", what, static_cast<int>(expected.size()),
               expected.data(), static_cast<int>(found.size()), found.data());
  std::abort();
}

/// A text in memory of its own, so that a sanitizer detects every read past it.
class ExactText {
 public:
  explicit ExactText(std::string_view text) : size_(text.size()), memory_(new char[text.size()]) {
    text.copy(memory_.get(), size_);
  }

  std::string_view text() const { return {memory_.get(), size_}; }
  /// The text as a line that has its LF.
  lane::Line line() const { return {text(), {}, size_ + 1, true, false}; }

 private:
  size_t size_;
  std::unique_ptr<char[]> memory_;
};

/// A file in memory that is deleted at the end of its scope.
class File {
 public:
  explicit File(std::string_view bytes) : fd_(memfd_create("journal", MFD_CLOEXEC)) {
    require(fd_ >= 0, "a file in memory");
    append(bytes);
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }
  void append(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      require(written > 0, "a write to memory");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }

 private:
  const int fd_;
};

}  // namespace fuzz
