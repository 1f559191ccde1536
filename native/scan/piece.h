// Folds a piece of a journal into the effects of its lines, without knowing what precedes it.
#pragma once

#include <mutex>
#include <optional>

#include "base/arena.h"
#include "base/line.h"
#include "fold/entry.h"
#include "match/shapes.h"
#include "scan/folded_lines.h"
#include "scan/lines.h"

namespace lane {

/// The last line of a piece, if later bytes may change its meaning. Without an LF it may grow, and a line that does not
/// parse is a sentinel only if another line follows it.
struct OpenLine {
  Place place;  // line counted from the piece's first
  uint64_t fileBytes = 0;
  bool terminated = false;
  LineKind kind = LineKind::blank;
  /// Whether an unparseable line has its LF or cannot be what a torn append leaves.
  bool damaged = false;
};

class Piece {
 public:
  /// `longLine` is locked while a long line is read, because its index takes four times its length.
  Piece(FoldKind kind, bool usesShapes, std::mutex& longLine)
      : lines_(kind), alone_(kind), usesShapes_(usesShapes), longLine_(longLine) {}

  /// Folds the lines that begin in [begin, end). `startsLine`: a line is known to begin at `begin`.
  void read(OpenFile file, uint64_t begin, uint64_t end, bool startsLine);

  /// All lines except an open one. They borrow from the piece until its next `read`.
  const Lines& lines() const { return lines_; }
  const std::optional<OpenLine>& open() const { return open_; }
  /// The effects of the open line if nothing follows it; empty if the line is unparseable.
  const Lines& openAlone() const { return alone_; }
  /// The end of the lines that are not open.
  uint64_t endOffset() const { return endOffset_; }
  /// Frees the memory that a long line took. Invalidates the effects.
  void release();
  /// The bytes of the piece's lines except an open one, as they were folded; empty if memory does not hold them all.
  std::string_view folded() const;
  /// Whether the file ended before the piece did. A later piece then does not continue this one.
  bool endsFile() const { return endsFile_; }
  bool hasLines() const { return lines_.count() > 0 || open_.has_value(); }

 private:
  void fill(OpenFile file, uint64_t begin, uint64_t end);
  void foldLines(const char* at, uint64_t offset, uint64_t end, OpenFile file);
  void foldLine(const Line& line, bool isFollowed);
  void foldLongLine(OpenFile file, Place place, uint64_t end);
  void settleOpen();

  Lines lines_;
  Lines alone_;
  const bool usesShapes_;
  std::mutex& longLine_;
  std::optional<OpenLine> open_;
  uint64_t beginOffset_ = 0;  // offset of the first line
  uint64_t endOffset_ = 0;
  bool endsFile_ = false;
  Memory memory_;
  size_t capacity_ = 0;
  uint64_t memoryOffset_ = 0;  // offset in the file at which memory starts
  size_t memoryBytes_ = 0;
  Arena arena_;
  EntryReader entry_;
  ShapeCache shapes_;
};

}  // namespace lane
