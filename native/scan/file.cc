// An open file -> bytes in memory.
#include "scan/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace lane {

Memory allocatePages(size_t bytes) {
  const size_t whole = (bytes + pageBytes - 1) / pageBytes * pageBytes;
  Memory memory(static_cast<char*>(std::aligned_alloc(pageBytes, whole)));
  if (!memory) throw std::bad_alloc();
  return memory;
}

size_t readAt(int fd, char* to, size_t bytes, uint64_t offset) {
  for (;;) {
    const ssize_t got = ::pread(fd, to, bytes, static_cast<off_t>(offset));
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "read");
  }
}

uint64_t sizeOf(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0) throw std::system_error(errno, std::generic_category(), "fstat");
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace lane
