// Includes the system's header on Windows without its macros `min` and `max`, and converts its errors.
#pragma once

#ifdef _WIN32

#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <cerrno>
#include <cstdint>

#include "base/failure.h"

namespace lane {

/// Only 32 bits of a handle are significant, which Windows guarantees so that 32-bit programs can use it. It therefore
/// fits where other systems have a descriptor.
inline HANDLE handleOf(int number) noexcept {
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<HANDLE>(static_cast<intptr_t>(number));
}

inline int numberOf(HANDLE handle) noexcept { return static_cast<int>(reinterpret_cast<intptr_t>(handle)); }

/// Throws the error of the Windows call that has just failed.
[[noreturn]] inline void throwLastError(const char* call) {
  switch (::GetLastError()) {
    case ERROR_ACCESS_DENIED: errno = EACCES; break;
    case ERROR_INVALID_FUNCTION: errno = EISDIR; break;
    case ERROR_INVALID_HANDLE: errno = EBADF; break;
    case ERROR_LOCK_VIOLATION:
    case ERROR_SHARING_VIOLATION: errno = EBUSY; break;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES: errno = ENOMEM; break;
    case ERROR_TOO_MANY_OPEN_FILES: errno = EMFILE; break;
    default: errno = EIO;
  }
  throw Failure(call);
}

}  // namespace lane

#endif
