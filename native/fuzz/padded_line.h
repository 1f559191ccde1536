// Holds a line of a unit test or fuzz target with the padding that the matcher requires.
#pragma once

#include <memory>
#include <string_view>

#include "base/line.h"
#include "base/padded.h"

namespace fuzz {

/// A line, its LF and the padding in memory of their own, so that a sanitizer detects every read past them.
class PaddedLine {
 public:
  explicit PaddedLine(std::string_view line)
      : size_(line.size()), memory_(new char[line.size() + 1 + lane::PaddedText::paddingBytes]) {
    line.copy(memory_.get(), size_);
    memory_[size_] = '\n';
    text_ = lane::PaddedText({memory_.get(), size_ + 1 + lane::PaddedText::paddingBytes}, size_ + 1);
  }

  /// The line with its LF.
  lane::PaddedText text() const { return text_; }
  lane::Line line() const { return {text_.first(size_), {}, size_ + 1, true, false}; }

 private:
  size_t size_;
  std::unique_ptr<char[]> memory_;
  lane::PaddedText text_;
};

}  // namespace fuzz
