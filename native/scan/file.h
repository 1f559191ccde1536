// An open file -> bytes in memory. The only calls the engine makes of the operating system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace lane {

/// A read into memory that starts a little past the file offset's place in its page copies several times slower, so
/// memory starts on a page, and offsets in it match those in the file.
inline constexpr size_t pageBytes = 4096;

struct FreeMemory {
  void operator()(char* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<char, FreeMemory>;

/// Memory that starts on a page; `bytes` is rounded up to whole pages. Throws std::bad_alloc.
Memory allocatePages(size_t bytes);

/// A descriptor, borrowed, and where its file is to end for whoever reads: what lies behind is not there.
struct OpenFile {
  // Not explicit: a descriptor alone stands for the whole file.
  OpenFile(int descriptor = -1, uint64_t limit = UINT64_MAX) : fd(descriptor), end(limit) {}

  int fd;
  uint64_t end;
};

/// Up to `bytes` bytes from `offset` on: fewer only at the end of the file, or where the system gave fewer; 0 at the
/// end. Throws Failure.
size_t readAt(OpenFile file, char* to, size_t bytes, uint64_t offset);

/// The file's size as the system tells it now: a hint, never trusted. Throws Failure.
uint64_t sizeOf(OpenFile file);

}  // namespace lane
