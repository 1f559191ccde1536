// Defines the error of a failed system call. It keeps the name of the call for the message.
#pragma once

#include <cerrno>
#include <system_error>

namespace lane {

/// Takes the error code from `errno`, so construct it right after the call has failed.
struct Failure : std::system_error {
  explicit Failure(const char* failedCall)
      : system_error(errno, std::generic_category(), failedCall), call(failedCall) {}
  /// The name of the call, a literal such as "read", "fstat" or "dup".
  const char* call;
};

}  // namespace lane
