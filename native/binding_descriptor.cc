// Duplicates and locks open files (binding_descriptor.h).
#include "binding_descriptor.h"

#include <cerrno>

#include "base/failure.h"

#ifdef _WIN32
#include "base/windows.h"

// Exported by node.exe. The header that declares it, uv.h, is not part of the headers of Node-API.
extern "C" __declspec(dllimport) HANDLE uv_get_osfhandle(int descriptor);
#else
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#endif

namespace binding {

#ifdef _WIN32

namespace {

HANDLE duplicate(HANDLE handle) {
  HANDLE copy = nullptr;
  const HANDLE self = ::GetCurrentProcess();
  if (::DuplicateHandle(self, handle, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS) == 0) lane::throwLastError("dup");
  return copy;
}

}  // namespace

int openedAs(int descriptor) {
  const HANDLE handle = uv_get_osfhandle(descriptor);
  if (handle != INVALID_HANDLE_VALUE) return lane::numberOf(handle);
  errno = EBADF;
  throw lane::Failure("read");
}

OwnDescriptor::OwnDescriptor(int descriptor)
    : number_(lane::numberOf(duplicate(lane::handleOf(openedAs(descriptor))))) {}

OwnDescriptor::~OwnDescriptor() { ::CloseHandle(lane::handleOf(number_)); }

bool tryLockFile(int descriptor) {
  // Windows keeps others from reading a locked byte. No file has one there.
  constexpr DWORD highest = 0x7fffffff;
  OVERLAPPED place{};
  place.OffsetHigh = highest;
  const HANDLE handle = lane::handleOf(openedAs(descriptor));
  if (::LockFileEx(handle, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &place) != 0) return true;
  const DWORD error = ::GetLastError();
  if (error == ERROR_LOCK_VIOLATION || error == ERROR_IO_PENDING) return false;
  lane::throwLastError("flock");
}

int nodeErrno(int code) {
  switch (code) {
    case EACCES: return -4092;
    case EBADF: return -4083;
    case EBUSY: return -4082;
    case EISDIR: return -4068;
    case EMFILE: return -4066;
    case ENOMEM: return -4057;
    default: return -4070;  // EIO
  }
}

#else

int openedAs(int descriptor) { return descriptor; }

OwnDescriptor::OwnDescriptor(int descriptor) : number_(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)) {
  if (number_ < 0) throw lane::Failure("dup");
}

OwnDescriptor::~OwnDescriptor() { ::close(number_); }

bool tryLockFile(int descriptor) {
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw lane::Failure("flock");
  }
  return true;
}

int nodeErrno(int code) { return -code; }

#endif

}  // namespace binding
