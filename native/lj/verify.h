// Formats what `lj verify` prints: the counterpart of src/cli/verbs/verify.ts.
#pragma once

#include <string>
#include <string_view>

namespace lane {

/// What a scan found, and about which file.
struct Verified {
  /// The text of `Scan::reportText`.
  std::string_view report;
  std::string_view path;
  bool exists = true;
};

struct VerdictText {
  std::string output;
  bool damaged = false;
};

/// Throws HandOver for a report whose order of ops only JavaScript knows.
VerdictText formatVerdict(const Verified& verified, bool json);

}  // namespace lane
