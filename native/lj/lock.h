// Formats what `lj lock` prints: the counterpart of src/lock/state.ts, src/lock/answers.ts and src/cli/verbs/lock.ts
// (docs/format.md 8, "The lock").
#pragma once

#include <string>

namespace lane {

struct LockText {
  std::string output;
  /// Whether a process holds the lock that may be alive.
  bool held = false;
};

/// Looks at the lock of the journal at this absolute path. Throws HandOver for a journal that is a symbolic link, for a
/// lock file that cannot be read or is odd in another way, and for one that belongs to another user.
LockText formatLock(const std::string& journal, bool json);

}  // namespace lane
