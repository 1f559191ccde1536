// Computes what a verb prints and its exit code.
#pragma once

#include <cstddef>
#include <string>

#include "lj/arguments.h"

namespace lane {

/// A longer text could exceed a line's limit once it is formatted, which the JavaScript command reports.
inline constexpr size_t textBytesMax = 8 * 1024 * 1024;

/// What the program prints. Nothing is printed before all of it is known, so that it can still hand over.
struct Answer {
  std::string output;
  /// The lines on standard error.
  std::string notes;
  int exitCode = 0;
};

/// Answers a request. Throws HandOver, or another exception, if the JavaScript command must answer.
Answer answer(const Request& request);

}  // namespace lane
