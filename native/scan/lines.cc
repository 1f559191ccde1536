// Reads the lines of a file.
#include "scan/lines.h"
#include "base/text.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace lane {

namespace {

constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";

}  // namespace

uint64_t findByteOrderMark(OpenFile file) {
  char head[byteOrderMark.size()];
  size_t bytes = 0;
  while (bytes < sizeof head) {
    const size_t got = readAt(file, head + bytes, sizeof head - bytes, bytes);
    if (got == 0) return 0;
    bytes += got;
  }
  return std::string_view(head, bytes) == byteOrderMark ? bytes : 0;
}

LineReader::LineReader(size_t blockBytes) : blockBytes_(blockBytes) {}

void LineReader::seek(OpenFile file, Place from) {
  file_ = file;
  place_ = from;
  readOffset_ = from.offset;
  begin_ = end_ = searched_ = from.offset % pageBytes;
  atEnd_ = false;
  if (from.offset != 0) return;
  while (end_ - begin_ < byteOrderMark.size() && readBlock()) {
  }
  if (std::string_view(memory_.get() + begin_, end_ - begin_).starts_with(byteOrderMark)) {
    begin_ = searched_ = begin_ + byteOrderMark.size();
    place_.offset = byteOrderMark.size();
  }
}

bool LineReader::next(Line& line) {
  for (;;) {
    if (const char* lf = findLf()) {
      giveLine(line, bytesBetween(memory_.get() + begin_, lf), true);
      return true;
    }
    if (end_ - begin_ > lineBytesMax) return giveOverlong(line);
    if (readBlock()) continue;
    if (begin_ == end_) return false;
    giveLine(line, end_ - begin_, false);
    return true;
  }
}

void LineReader::release() {
  memory_.reset();
  capacity_ = begin_ = end_ = searched_ = 0;
}

const char* LineReader::findLf() {
  if (searched_ == end_) return nullptr;
  const void* lf = std::memchr(memory_.get() + searched_, '\n', end_ - searched_);
  searched_ = end_;
  return static_cast<const char*>(lf);
}

void LineReader::giveLine(Line& line, size_t size, bool terminated) {
  line.overlong = size > lineBytesMax;
  line.bytes = std::string_view(memory_.get() + begin_, line.overlong ? rawBytesMax : size);
  line.place = place_;
  line.terminated = terminated;
  line.fileBytes = size + (terminated ? 1 : 0);
  place_.line++;
  place_.offset += line.fileBytes;
  begin_ += line.fileBytes;
  searched_ = begin_;
}

/// Keeps the head of a line that is too long, and skips the rest.
bool LineReader::giveOverlong(Line& line) {
  const size_t headEnd = begin_ + rawBytesMax;
  uint64_t skipped = end_ - headEnd;
  const char* lf = nullptr;
  size_t got = 0;
  do {
    end_ = headEnd;
    got = readAt(file_, memory_.get() + headEnd, blockBytes_, readOffset_);
    readOffset_ += got;
    end_ += got;
    lf = static_cast<const char*>(std::memchr(memory_.get() + headEnd, '\n', got));
    skipped += lf == nullptr ? got : bytesBetween(memory_.get() + headEnd, lf);
  } while (lf == nullptr && got > 0);
  line.overlong = true;
  line.bytes = std::string_view(memory_.get() + begin_, rawBytesMax);
  line.place = place_;
  line.terminated = lf != nullptr;
  line.fileBytes = rawBytesMax + skipped + (lf != nullptr ? 1 : 0);
  place_.line++;
  place_.offset += line.fileBytes;
  begin_ = searched_ = lf == nullptr ? end_ : bytesBetween(memory_.get(), lf + 1);
  return true;
}

/// Reads another block after the bytes in memory, which may move. Returns false at the end of the file.
bool LineReader::readBlock() {
  if (atEnd_) return false;
  // Double the memory for a line that is longer than a block, so that it is moved rarely.
  const size_t ask = std::max(blockBytes_, end_ - begin_);
  makeRoom(ask);
  const size_t got = readAt(file_, memory_.get() + end_, ask, readOffset_);
  atEnd_ = got == 0;
  end_ += got;
  readOffset_ += got;
  return !atEnd_;
}

/// Makes room for `bytes` bytes after `end_`, and moves `end_` to the same place within a page as the read offset.
void LineReader::makeRoom(size_t bytes) {
  const size_t kept = end_ - begin_;
  const size_t phase = readOffset_ % pageBytes;
  const size_t newEnd = (kept + pageBytes - 1) / pageBytes * pageBytes + phase;
  const size_t needed = (newEnd + bytes + pageBytes - 1) / pageBytes * pageBytes;
  const bool wasteful = capacity_ > 64 * blockBytes_ && needed <= 4 * blockBytes_;
  const size_t newBegin = newEnd - kept;
  if (needed > capacity_ || wasteful) {
    Memory larger = allocatePages(needed);
    if (kept > 0) std::memcpy(larger.get() + newBegin, memory_.get() + begin_, kept);
    memory_ = std::move(larger);
    capacity_ = needed;
  } else {
    std::memmove(memory_.get() + newBegin, memory_.get() + begin_, kept);
  }
  searched_ = newBegin + (searched_ - begin_);
  begin_ = newBegin;
  end_ = newEnd;
}

}  // namespace lane
