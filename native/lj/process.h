// Decides whether the process that holds a lock is alive: the counterpart of src/lock/process.ts (docs/format.md 8,
// "The lock").
#pragma once

#include <cstdint>
#include <string>

namespace lane {

/// Identifies one process uniquely over time. Unknown fields are empty.
struct ProcessMark {
  /// 0: unknown.
  int pid = 0;
  std::string host;
  std::string machine;
  std::string bootId;
  std::string nameSpace;
  std::string start;
};

enum class Life : uint8_t {
  alive,
  dead,
  unknown,
};

inline constexpr const char* lifeNames[] = {"alive", "dead", "unknown"};

/// Returns what identifies this host, this boot and the namespaces of this process. Throws HandOver if /proc cannot be
/// read for another reason than that it lacks the file, or without /proc.
ProcessMark describeHost();

/// Returns `dead` only on proof. `here` is the result of `describeHost`. Throws as it does.
Life judgeLife(const ProcessMark& holder, const ProcessMark& here);

/// Returns the system's uptime in seconds.
double uptimeSeconds();

}  // namespace lane
