// The error of a failed call of the operating system, which keeps the call's name for the message.
#pragma once

#include <cerrno>
#include <system_error>

namespace lane {

/// Made right after the call failed, because it takes the code from `errno`.
struct Failure : std::system_error {
  explicit Failure(const char* failedCall)
      : system_error(errno, std::generic_category(), failedCall), call(failedCall) {}
  /// A literal: "read", "fstat", "dup".
  const char* call;
};

}  // namespace lane
