// Folds the lines of a piece of the journal without knowing what precedes it. Also decides about the piece's last line:
// whether it is settled or stays open, and whether an open line that does not parse is torn or damaged.
#include "scan/piece.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "json/tear.h"
#include "scan/file.h"

namespace lane {

namespace {

// The number of bytes read past the end of a piece, so that its last line is nearly always complete.
constexpr size_t overlapBytes = 4096;

}  // namespace

void Piece::read(OpenFile file, uint64_t begin, uint64_t end, bool startsLine) {
  lines_.clear();
  arena_.clear();
  open_.reset();
  beginOffset_ = begin;
  endOffset_ = end;
  // Read the byte before `begin` too: if it is an LF, a line begins at `begin`.
  fill(file, startsLine ? begin : begin - 1, end + overlapBytes);
  endsFile_ = memoryOffset_ + memoryBytes_ < end;
  uint64_t offset = begin;
  const char* at = memory_.get() + (begin - memoryOffset_);
  if (!startsLine) {
    if (memoryBytes_ <= begin - 1 - memoryOffset_) return;
    const char* from = at - 1;
    const size_t bytes = std::min<uint64_t>(memoryBytes_, end - memoryOffset_) - bytesBetween(memory_.get(), from);
    const auto* lf = static_cast<const char*>(std::memchr(from, '\n', bytes));
    if (lf == nullptr) return;
    offset += bytesBetween(at, lf + 1);
    at = lf + 1;
  }
  foldLines(at, offset, end, file);
}

/// Reads the bytes of the file from `begin`, or from up to a page before it, to `end`. Adds zeros at which the matcher
/// stops.
void Piece::fill(OpenFile file, uint64_t begin, uint64_t end) {
  memoryOffset_ = begin / pageBytes * pageBytes;
  const size_t wanted = end - memoryOffset_;
  const size_t needed = (wanted + matchPaddingBytes + pageBytes) / pageBytes * pageBytes;
  if (needed > capacity_) {
    memory_ = allocatePages(needed);
    capacity_ = needed;
  }
  memoryBytes_ = 0;
  while (memoryBytes_ < wanted) {
    const size_t got = readAt(file, memory_.get() + memoryBytes_, wanted - memoryBytes_, memoryOffset_ + memoryBytes_);
    if (got == 0) break;
    memoryBytes_ += got;
  }
  std::memset(memory_.get() + memoryBytes_, 0, matchPaddingBytes);
}

/// Folds all lines that begin before `end`. `at` is the position in memory of `offset`, at which a line begins.
void Piece::foldLines(const char* at, uint64_t offset, uint64_t end, OpenFile file) {
  const char* const first = at;
  beginOffset_ = offset;
  const char* const last = memory_.get() + memoryBytes_;
  shapes_.restart();
  const char* const limit = memory_.get() + std::min<uint64_t>(end - memoryOffset_, memoryBytes_);
  while (at < limit) {
    settleOpen();
    const Place place{lines_.count(), offset + bytesBetween(first, at)};
    const char* lineEnd = nullptr;
    if (Shape* shape = usesShapes_ ? shapes_.match(at, lineEnd) : nullptr) {
      lines_.add(*shape, place, arena_);
    } else {
      lineEnd = static_cast<const char*>(std::memchr(at, '\n', bytesBetween(at, last)));
      if (lineEnd == nullptr) return foldLongLine(file, place, end);
      const auto bytes = static_cast<size_t>(lineEnd - at);
      const bool overlong = bytes > lineBytesMax;
      foldLine({{at, overlong ? rawBytesMax : bytes}, place, bytes + 1, true, overlong}, lineEnd + 1 < limit);
    }
    at = lineEnd + 1;
  }
  endOffset_ = open_ ? open_->place.offset : offset + bytesBetween(first, at);
}

/// Settles the line or keeps it open. `isFollowed`: another line follows it in this piece.
void Piece::foldLine(const Line& line, bool isFollowed) {
  const LineKind kind = entry_.read(line, arena_);
  if (isFollowed && kind == LineKind::unparseable) return lines_.addSentinel(line.place);
  if (line.terminated && kind != LineKind::unparseable) {
    lines_.add(kind, line.place, entry_, arena_);
    if (usesShapes_ && kind == LineKind::entry) shapes_.learn(entry_);
    return;
  }
  // Only the last line of a file lacks its LF, so `isTear` rarely runs.
  const bool damaged = kind == LineKind::unparseable && (line.terminated || line.overlong || !isTear(line.bytes));
  open_ = OpenLine{line.place, line.fileBytes, line.terminated, kind, damaged};
  alone_.clear();
  if (kind != LineKind::unparseable) alone_.add(kind, {0, line.place.offset}, entry_, arena_);
}

/// Reads the last line of the piece if memory holds only a part of it. If the line now ends before the piece does, the
/// file was truncated and rewritten after memory was filled; `endsFile_` then stops the joining of later pieces.
void Piece::foldLongLine(OpenFile file, Place place, uint64_t end) {
  const std::lock_guard lock(longLine_);
  LineReader reader(16 * pageBytes);
  Line line;
  reader.seek(file, place);
  endOffset_ = place.offset;
  if (reader.next(line)) {
    line.bytes = arena_.keep(line.bytes);
    reader.release();
    foldLine(line, false);
    if (!open_) endOffset_ += line.fileBytes;
  }
  endsFile_ |= place.offset + line.fileBytes < end;
}

void Piece::release() { arena_.clear(); }

std::string_view Piece::folded() const {
  if (!hasLines() || endOffset_ > memoryOffset_ + memoryBytes_) return {};
  return {memory_.get() + (beginOffset_ - memoryOffset_), endOffset_ - beginOffset_};
}

/// Another line follows the open one, which is therefore a sentinel.
void Piece::settleOpen() {
  if (!open_) return;
  lines_.addSentinel(open_->place);
  open_.reset();
}

}  // namespace lane
