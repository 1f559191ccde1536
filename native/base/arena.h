// Keeps bytes that must outlive their line until a whole piece of the journal has been folded.
#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace lane {

class Arena {
 public:
  /// Returns a copy. Valid until `clear`.
  std::string_view keep(std::string_view bytes) {
    if (blocks_.empty() || used_ + bytes.size() > blocks_.back().bytes) addBlock(bytes.size());
    char* copy = blocks_.back().memory.get() + used_;
    if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
    used_ += bytes.size();
    return {copy, bytes.size()};
  }

  /// Frees everything except one ordinary block, which the next piece reuses.
  void clear() {
    if (blocks_.size() > 1 || (!blocks_.empty() && blocks_.back().bytes > blockBytes)) blocks_.clear();
    used_ = 0;
  }

 private:
  static constexpr size_t blockBytes = 64 * 1024;

  struct Block {
    std::unique_ptr<char[]> memory;
    size_t bytes;
  };

  void addBlock(size_t needed) {
    const size_t bytes = needed > blockBytes ? needed : blockBytes;
    blocks_.push_back({std::unique_ptr<char[]>(new char[bytes]), bytes});
    used_ = 0;
  }

  std::vector<Block> blocks_;
  size_t used_ = 0;
};

}  // namespace lane
