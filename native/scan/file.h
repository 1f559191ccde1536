// Reads bytes of an open file into memory. The engine makes no other calls to the operating system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace lane {

/// The kernel copies several times slower into memory whose place within a page is slightly after that of the file
/// offset. Memory therefore begins on a page, and its offsets correspond to those in the file.
inline constexpr size_t pageBytes = 4096;

struct FreeMemory {
#ifdef _WIN32
  void operator()(char* memory) const { ::_aligned_free(memory); }
#else
  void operator()(char* memory) const { std::free(memory); }
#endif
};
using Memory = std::unique_ptr<char, FreeMemory>;

/// Allocates memory that begins on a page. `bytes` is rounded up to whole pages. Throws std::bad_alloc.
Memory allocatePages(size_t bytes);

/// A borrowed descriptor (on Windows a handle, base/windows.h) and an end of the file for readers: they must not see
/// bytes after it.
struct OpenFile {
  // Not explicit, so that a descriptor alone denotes the whole file.
  OpenFile(int descriptor = -1, uint64_t limit = UINT64_MAX) : fd(descriptor), end(limit) {}

  int fd;
  uint64_t end;
};

/// Reads up to `bytes` bytes from `offset`. Reads fewer at the end of the file, or if the system returns fewer; returns
/// 0 at the end. Throws Failure.
size_t readAt(OpenFile file, char* to, size_t bytes, uint64_t offset);

/// Returns the current size of the file. It is a hint and must not be trusted. Throws Failure.
uint64_t sizeOf(OpenFile file);

}  // namespace lane
