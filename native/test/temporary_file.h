// Holds the bytes of a test's journal in a file.
#pragma once

#include <cstdio>
#include <string>

namespace lane_test {

/// A file that is deleted when the test ends.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes) : file_(std::tmpfile()) { append(bytes); }
  ~TemporaryFile() { std::fclose(file_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int fd() const { return fileno(file_); }
  void append(const std::string& bytes) {
    std::fwrite(bytes.data(), 1, bytes.size(), file_);
    std::fflush(file_);
  }

 private:
  std::FILE* file_;
};

}  // namespace lane_test
