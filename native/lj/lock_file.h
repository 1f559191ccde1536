// Reads a lock file: the counterpart of src/lock/state.ts and src/lock/text.ts (docs/format.md 8, "The lock").
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>

#include "lj/process.h"

namespace lane {

/// The fields of a lock file. A missing one is empty.
struct LockFields {
  ProcessMark process;
  std::string owner;
  std::string acquiredAt;
  std::string uptime;
  bool released = false;
};

struct SeenLock {
  struct stat status;
  /// Nothing if the file is empty or not a lock.
  std::optional<LockFields> fields;
};

/// Returns nothing unless there are an owner, a stamp and a pid: the file may be empty, half written or not a lock. The
/// text is UTF-8.
std::optional<LockFields> readLockFields(std::string_view content);

/// Returns nothing if there is no lock. Throws HandOver for a file that is not regular, cannot be read, is not UTF-8 or
/// belongs to another user.
std::optional<SeenLock> seeLock(const std::string& path);

/// Returns the time of the last change of content, rights or names, in milliseconds since 1970.
double changedMs(const struct stat& status);

/// Returns the time of the last change of content, in milliseconds since 1970.
double modifiedMs(const struct stat& status);

}  // namespace lane
