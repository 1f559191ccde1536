// Reads bytes of an open file into memory.
#include "scan/file.h"

#ifdef _WIN32
#include "base/windows.h"
#else
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <new>

#include "base/failure.h"

namespace lane {

namespace {

char* allocateAligned(size_t bytes) {
#ifdef _WIN32
  return static_cast<char*>(::_aligned_malloc(bytes, pageBytes));
#else
  return static_cast<char*>(std::aligned_alloc(pageBytes, bytes));
#endif
}

}  // namespace

Memory allocatePages(size_t bytes) {
  Memory memory(allocateAligned((bytes + pageBytes - 1) / pageBytes * pageBytes));
  if (!memory) throw std::bad_alloc();
  return memory;
}

/// macOS refuses to read more than an `int` of bytes at once, and Linux returns fewer.
constexpr uint64_t readBytesMax = uint64_t{1} << 30;

#ifdef _WIN32

namespace {

/// Restores the position of an open file, which a read at an offset changes on Windows. A writer reads on from there.
class KeptPosition {
 public:
  explicit KeptPosition(HANDLE handle)
      : handle_(handle), isKnown_(::SetFilePointerEx(handle, {}, &position_, FILE_CURRENT) != 0) {}
  ~KeptPosition() {
    const DWORD error = ::GetLastError();
    if (isKnown_) ::SetFilePointerEx(handle_, position_, nullptr, FILE_BEGIN);
    ::SetLastError(error);
  }
  KeptPosition(const KeptPosition&) = delete;
  KeptPosition& operator=(const KeptPosition&) = delete;

 private:
  HANDLE handle_;
  LARGE_INTEGER position_{};
  bool isKnown_;
};

}  // namespace

size_t readAt(OpenFile file, char* to, size_t bytes, uint64_t offset) {
  if (offset >= file.end) return 0;
  const auto asked = static_cast<DWORD>(std::min({uint64_t{bytes}, file.end - offset, readBytesMax}));
  OVERLAPPED place{};
  place.Offset = static_cast<DWORD>(offset);
  place.OffsetHigh = static_cast<DWORD>(offset >> 32);
  const KeptPosition kept(handleOf(file.fd));
  DWORD got = 0;
  if (::ReadFile(handleOf(file.fd), to, asked, &got, &place) != 0) return got;
  if (::GetLastError() == ERROR_HANDLE_EOF) return 0;
  throwLastError("read");
}

uint64_t sizeOf(OpenFile file) {
  LARGE_INTEGER size{};
  if (::GetFileSizeEx(handleOf(file.fd), &size) == 0) throwLastError("fstat");
  return std::min(static_cast<uint64_t>(size.QuadPart), file.end);
}

#else

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

#endif

}  // namespace lane
