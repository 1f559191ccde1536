// Reads bytes of an open file into memory.
#include "scan/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>

#include "base/failure.h"

namespace lane {

Memory allocatePages(size_t bytes) {
  const size_t whole = (bytes + pageBytes - 1) / pageBytes * pageBytes;
  Memory memory(static_cast<char*>(std::aligned_alloc(pageBytes, whole)));
  if (!memory) throw std::bad_alloc();
  return memory;
}

/// macOS refuses to read more than an `int` of bytes at once, and Linux returns fewer.
constexpr uint64_t readBytesMax = uint64_t{1} << 30;

size_t readAt(OpenFile file, char* to, size_t bytes, uint64_t offset) {
  if (offset >= file.end) return 0;
  const size_t asked = std::min({uint64_t{bytes}, file.end - offset, readBytesMax});
  for (;;) {
    const ssize_t got = ::pread(file.fd, to, asked, static_cast<off_t>(offset));
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) throw Failure("read");
  }
}

uint64_t sizeOf(OpenFile file) {
  struct stat status;
  if (::fstat(file.fd, &status) != 0) throw Failure("fstat");
  return std::min(static_cast<uint64_t>(status.st_size), file.end);
}

}  // namespace lane
