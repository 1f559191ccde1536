// A file -> its lines, read with pread in bounded, aligned blocks (docs/format.md 2).
#pragma once

#include <cstdint>

#include "base/line.h"
#include "scan/file.h"

namespace lane {

/// Reads forward from a line's start to the end of the file as it is met. Throws Failure on a failed read.
class LineReader {
 public:
  /// `blockBytes`: how much one read asks for; a multiple of 4,096.
  explicit LineReader(size_t blockBytes = 256 * 1024);

  /// Goes to a line's start. At offset 0 a byte order mark is passed over. `file` is borrowed.
  void seek(OpenFile file, Place from);

  /// The next line; false at the end of the file. A last line without LF is given with `terminated` false.
  bool next(Line& line);

  /// Gives the memory back; the line that was given last is gone.
  void release();

  /// Where the next line begins.
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
  size_t begin_ = 0;     // of the next line, in memory
  size_t end_ = 0;       // of what was read
  size_t searched_ = 0;  // no LF before this
  uint64_t readOffset_ = 0;
  Place place_;
  OpenFile file_;
  bool atEnd_ = false;
};

}  // namespace lane
