// Cuts a part of a journal into lines, without knowing what precedes it. Decides about the part's last line: whether it
// is settled or stays open, and whether an open line that does not parse is torn or damaged.
#pragma once

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/line.h"
#include "base/padded.h"
#include "base/text.h"
#include "fold/entry.h"
#include "json/tear.h"
#include "match/shapes.h"
#include "scan/file.h"
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

/// Cuts a part of a file into lines and passes them to `Taker`, which has the members of `Lines` (scan/folded_lines.h)
/// that this file uses. All that it keeps may borrow from the piece until its next `read`.
template <class Taker>
class PieceOf {
 public:
  /// `longLine` is locked while a long line is read, because its index takes four times its length.
  PieceOf(const typename Taker::Config& config, bool usesShapes, std::mutex& longLine)
      : lines_(config), alone_(config), usesShapes_(usesShapes), longLine_(longLine) {}

  /// Takes the lines that begin in [begin, end). `startsLine`: a line is known to begin at `begin`.
  void read(OpenFile file, uint64_t begin, uint64_t end, bool startsLine);

  /// All lines except an open one. They borrow from the piece until its next `read`.
  const Taker& lines() const { return lines_; }
  const std::optional<OpenLine>& open() const { return open_; }
  /// The open line as if nothing followed it; empty if the line is unparseable.
  const Taker& openAlone() const { return alone_; }
  /// The begin and the end of the lines that are not open.
  uint64_t beginOffset() const { return beginOffset_; }
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
  void takeLines(PaddedText rest, uint64_t offset, uint64_t end, OpenFile file);
  void takeLine(const Line& line, bool isFollowed);
  void takeLongLine(OpenFile file, Place place, uint64_t end);
  void settleOpen();
  void addSentinel(Place place, uint64_t fileBytes);

  Taker lines_;
  Taker alone_;
  const bool usesShapes_;
  std::mutex& longLine_;
  std::optional<OpenLine> open_;
  uint64_t beginOffset_ = 0;  // offset of the first line
  uint64_t endOffset_ = 0;
  bool endsFile_ = false;
  Memory memory_;
  size_t capacity_ = 0;
  uint64_t memoryOffset_ = 0;  // offset in the file at which memory starts
  PaddedText text_;            // the bytes of the file in memory
  Arena arena_;
  EntryReader entry_;
  ShapeCache shapes_;
};

// The number of bytes read past the end of a piece, so that its last line is nearly always complete.
inline constexpr size_t overlapBytes = 4096;

template <class Taker>
void PieceOf<Taker>::read(OpenFile file, uint64_t begin, uint64_t end, bool startsLine) {
  lines_.clear();
  arena_.clear();
  open_.reset();
  beginOffset_ = begin;
  endOffset_ = end;
  // Read the byte before `begin` too: if it is an LF, a line begins at `begin`.
  fill(file, startsLine ? begin : begin - 1, end + overlapBytes);
  endsFile_ = memoryOffset_ + text_.size() < end;
  uint64_t offset = begin;
  const char* at = text_.data() + (begin - memoryOffset_);
  if (!startsLine) {
    if (text_.size() <= begin - 1 - memoryOffset_) return;
    const char* from = at - 1;
    const size_t bytes = std::min<uint64_t>(text_.size(), end - memoryOffset_) - bytesBetween(text_.data(), from);
    const auto* lf = static_cast<const char*>(std::memchr(from, '\n', bytes));
    if (lf == nullptr) return;
    offset += bytesBetween(at, lf + 1);
    at = lf + 1;
  }
  takeLines(text_.from(at), offset, end, file);
  lines_.finish(folded(), beginOffset_, endOffset_);
}

/// Reads the bytes of the file from `begin`, or from up to a page before it, to `end`.
template <class Taker>
void PieceOf<Taker>::fill(OpenFile file, uint64_t begin, uint64_t end) {
  memoryOffset_ = begin / pageBytes * pageBytes;
  const size_t wanted = end - memoryOffset_;
  const size_t needed = (wanted + PaddedText::paddingBytes + pageBytes) / pageBytes * pageBytes;
  if (needed > capacity_) {
    memory_ = allocatePages(needed);
    capacity_ = needed;
  }
  text_ = {};
  size_t bytes = 0;
  while (bytes < wanted) {
    const size_t got = readAt(file, memory_.get() + bytes, wanted - bytes, memoryOffset_ + bytes);
    if (got == 0) break;
    bytes += got;
  }
  text_ = PaddedText({memory_.get(), capacity_}, bytes);
}

/// Takes all lines that begin before `end`. `rest` is what memory holds from `offset` on, at which a line begins.
template <class Taker>
void PieceOf<Taker>::takeLines(PaddedText rest, uint64_t offset, uint64_t end, OpenFile file) {
  const char* const first = rest.data();
  beginOffset_ = offset;
  shapes_.restart();
  const char* const limit = text_.data() + std::min<uint64_t>(end - memoryOffset_, text_.size());
  while (rest.data() < limit) {
    settleOpen();
    const Place place{lines_.count(), offset + bytesBetween(first, rest.data())};
    const char* lineEnd = nullptr;
    if (MatchedLine line = usesShapes_ ? shapes_.match(rest) : MatchedLine(); line.isMatched()) {
      lines_.add(line, place, arena_);
      lineEnd = rest.data() + line.text().size();
    } else {
      lineEnd = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
      if (lineEnd == nullptr) return takeLongLine(file, place, end);
      const size_t bytes = bytesBetween(rest.data(), lineEnd);
      const bool overlong = bytes > lineBytesMax;
      takeLine({rest.first(overlong ? rawBytesMax : bytes), place, bytes + 1, true, overlong}, lineEnd + 1 < limit);
    }
    rest = rest.from(lineEnd + 1);
  }
  endOffset_ = open_ ? open_->place.offset : offset + bytesBetween(first, rest.data());
}

/// Settles the line or keeps it open. `isFollowed`: another line follows it in this piece.
template <class Taker>
void PieceOf<Taker>::takeLine(const Line& line, bool isFollowed) {
  const LineKind kind = entry_.read(line, arena_);
  if (isFollowed && kind == LineKind::unparseable) return addSentinel(line.place, line.fileBytes);
  if (line.terminated && kind != LineKind::unparseable) {
    lines_.add(kind, line, entry_, arena_);
    if (usesShapes_ && kind == LineKind::entry) shapes_.learn(entry_);
    return;
  }
  // Only the last line of a file lacks its LF, so `isTear` rarely runs.
  const bool damaged = kind == LineKind::unparseable && (line.terminated || line.overlong || !isTear(line.bytes));
  open_ = OpenLine{line.place, line.fileBytes, line.terminated, kind, damaged};
  alone_.clear();
  if (kind != LineKind::unparseable) {
    Line alone = line;
    alone.place.line = 0;
    alone_.add(kind, alone, entry_, arena_);
  }
}

/// Reads the last line of the piece if memory holds only a part of it. If the line now ends before the piece does, the
/// file was truncated and rewritten after memory was filled; `endsFile_` then stops the joining of later pieces.
template <class Taker>
void PieceOf<Taker>::takeLongLine(OpenFile file, Place place, uint64_t end) {
  const std::lock_guard lock(longLine_);
  LineReader reader(16 * pageBytes);
  Line line;
  reader.seek(file, place);
  endOffset_ = place.offset;
  if (reader.next(line)) {
    line.bytes = arena_.keep(line.bytes);
    reader.release();
    takeLine(line, false);
    if (!open_) endOffset_ += line.fileBytes;
  }
  endsFile_ |= place.offset + line.fileBytes < end;
}

template <class Taker>
void PieceOf<Taker>::release() {
  arena_.clear();
}

template <class Taker>
std::string_view PieceOf<Taker>::folded() const {
  if (!hasLines() || endOffset_ > memoryOffset_ + text_.size()) return {};
  return {text_.data() + (beginOffset_ - memoryOffset_), endOffset_ - beginOffset_};
}

/// Another line follows the open one, which is therefore a sentinel.
template <class Taker>
void PieceOf<Taker>::settleOpen() {
  if (!open_) return;
  addSentinel(open_->place, open_->fileBytes);
  open_.reset();
}

template <class Taker>
void PieceOf<Taker>::addSentinel(Place place, uint64_t fileBytes) {
  const uint64_t begin = place.offset - memoryOffset_;
  const bool isInMemory = begin + fileBytes <= text_.size();
  lines_.addSentinel(place, fileBytes,
                     isInMemory ? text_.first(text_.size()).substr(begin, fileBytes - 1) : std::string_view());
}

}  // namespace lane
