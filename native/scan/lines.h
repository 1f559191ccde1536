// Reads the lines of a file with pread in bounded, aligned blocks (docs/format.md 2).
#pragma once

#include <cstdint>

#include "base/line.h"
#include "scan/file.h"

namespace lane {

/// Returns the number of bytes of the byte order mark with which the file begins, 0 if there is none.
uint64_t findByteOrderMark(OpenFile file);

/// Reads forward from the start of a line to the end of the file. Throws Failure if a read fails.
class LineReader {
 public:
  /// `blockBytes` is the size of one read; it must be a multiple of 4,096.
  explicit LineReader(size_t blockBytes = 256 * 1024);

  /// Moves to the start of a line. At offset 0, skips a byte order mark. `file` is borrowed.
  void seek(OpenFile file, Place from);

  /// Reads the next line. Returns false at the end of the file. A last line without LF is returned with `terminated`
  /// false.
  bool next(Line& line);

  /// Frees the memory. The line that was read last becomes invalid.
  void release();

  /// The place of the next line.
  Place place() const { return place_; }

 private:
  const char* findLf();
  bool readBlock();
  void makeRoom(size_t bytes);
  void giveLine(Line& line, size_t size, bool terminated);
  bool giveOverlong(Line& line);

  const size_t blockBytes_;
  Memory memory_;
  size_t capacity_ = 0;
  size_t begin_ = 0;     // start of the next line, in memory
  size_t end_ = 0;       // end of the bytes in memory
  size_t searched_ = 0;  // no LF before this
  uint64_t readOffset_ = 0;
  Place place_;
  OpenFile file_;
  bool atEnd_ = false;
};

}  // namespace lane
