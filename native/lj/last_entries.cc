// Reads the last entries of a journal from the end of the file.
#include "lj/last_entries.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "json/words.h"
#include "lj/hand_over.h"
#include "scan/file.h"

namespace lane {

namespace {

/// The number of journal bytes in a batch, as in src/engine/native.ts.
constexpr uint64_t batchBytes = 32 * 1024;

/// The entries of at most this many bytes are one batch, as in src/read/tail.ts.
constexpr uint64_t oneBatchBytes = 1024 * 1024;

/// The output is kept in memory until it is complete.
constexpr uint64_t tailBytesMax = 64 * 1024 * 1024;

/// The first block covers a screenful of ordinary lines; later ones have the most useful size for a read.
constexpr size_t firstBlockBytes = 64 * 1024;
constexpr size_t blockBytes = 1024 * 1024;

/// The last entries: all from a line's start but the first ones.
struct Tail {
  Place from;
  uint64_t skipped = 0;
  uint64_t count = UINT64_MAX;
};

/// Reads blocks of a file that must not become shorter.
class Blocks {
 public:
  explicit Blocks(int fd) : fd_(fd) {}

  /// The bytes are valid until the next call.
  std::string_view read(uint64_t offset, size_t bytes) {
    if (bytes > capacity_) {
      memory_ = allocatePages(bytes);
      capacity_ = bytes;
    }
    for (size_t length = 0; length < bytes;) {
      const size_t got = readAt(fd_, memory_.get() + length, bytes - length, offset + length);
      if (got == 0) throw HandOver();
      length += got;
    }
    return {memory_.get(), bytes};
  }

 private:
  const int fd_;
  Memory memory_;
  size_t capacity_ = 0;
};

/// Returns the start of the line `lines` before `end`, which is a line's start or the file's end; 0 if there are fewer.
uint64_t findLineStart(int fd, uint64_t end, uint64_t lines) {
  Blocks blocks(fd);
  // The byte before `end` belongs to the first line that is searched; no line starts after it.
  uint64_t blockEnd = end == 0 ? 0 : end - 1;
  for (size_t bytes = firstBlockBytes; blockEnd > 0; bytes = blockBytes) {
    const uint64_t begin = blockEnd - std::min<uint64_t>(blockEnd, bytes);
    std::string_view block = blocks.read(begin, blockEnd - begin);
    for (size_t at = block.rfind('\n'); at != std::string_view::npos; at = block.rfind('\n')) {
      if (--lines == 0) return begin + at + 1;
      block = block.substr(0, at);
    }
    blockEnd = begin;
  }
  return 0;
}

uint64_t countLines(int fd, uint64_t end) {
  Blocks blocks(fd);
  uint64_t lines = 0;
  for (uint64_t offset = 0; offset < end; offset += blockBytes) {
    const std::string_view block = blocks.read(offset, std::min<uint64_t>(blockBytes, end - offset));
    lines += static_cast<uint64_t>(std::count(block.begin(), block.end(), '\n'));
  }
  return lines;
}

bool containsSentinel(const EntriesText& batch) {
  bool contains = false;
  visitEntries(batch, [&](Value, const std::vector<Child>& members) { contains = contains || isSentinel(members); });
  return contains;
}

/// Blank lines, non-objects and a torn tail are no entries, so `count` lines may be too few: then twice as many.
Tail locateTail(int fd, uint64_t size, uint64_t count) {
  uint64_t start = size;
  for (uint64_t lines = count;; lines *= 2) {
    start = findLineStart(fd, start, lines);
    if (size - start > tailBytesMax) throw HandOver();
    uint64_t found = 0;
    bool isDamaged = false;
    for (EntriesText batch{{}, {}, {0, start}, false}; !batch.done;) {
      batch = readEntriesText(fd, {batch.next, batchBytes, true});
      found += batch.places.size();
      isDamaged = isDamaged || containsSentinel(batch);
    }
    if (found < count && start > 0) continue;
    // A sentinel contains its line's number, which only counting from the start of the file provides.
    const uint64_t line = isDamaged ? countLines(fd, start) : 0;
    return {{line, start}, found > count ? found - count : 0, std::min(found, count)};
  }
}

void readTail(int fd, Tail tail, uint64_t bytesMax, const TakeBatch& take) {
  for (EntriesText batch{{}, {}, tail.from, false}; !batch.done && tail.count > 0;) {
    batch = readEntriesText(fd, {batch.next, bytesMax, true});
    const uint64_t entries = batch.places.size();
    const uint64_t begin = std::min(tail.skipped, entries);
    const uint64_t end = begin + std::min(tail.count, entries - begin);
    tail.skipped -= begin;
    tail.count -= end - begin;
    if (end > begin) take(batch, begin, end);
  }
}

}  // namespace

void visitEntries(const EntriesText& batch, const VisitEntry& visit) {
  JsonText json;
  size_t visited = 0;
  json.parseElements(batch.text, [&](Value entry) {
    visited++;
    visit(entry, json.children());
  });
  if (visited < batch.places.size()) throw HandOver();
}

bool isSentinel(const std::vector<Child>& members) {
  std::string room;
  Value op;
  for (const Child& member : members) {
    if (unescaped(member.key, room) == "op") op = member.value;
  }
  return isPresent(op) && isString(op) && unescaped(contentOf(op), room) == "_CORRUPT";
}

void readLastEntries(const Journal& journal, uint64_t count, const TakeBatch& take) {
  const int fd = journal.fd.get();
  const auto size = static_cast<uint64_t>(statusOf(fd).st_size);
  if (count == 0) {
    if (size > tailBytesMax) throw HandOver();
    readTail(fd, {}, batchBytes, take);
  } else {
    const Tail tail = locateTail(fd, size, count);
    const bool isShort = size - tail.from.offset <= oneBatchBytes;
    readTail(fd, tail, isShort ? UINT64_MAX : batchBytes, take);
  }
  if (static_cast<uint64_t>(statusOf(fd).st_size) < size) throw HandOver();
}

}  // namespace lane
