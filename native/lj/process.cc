// Decides whether the process that holds a lock is alive.
#include "lj/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "base/number.h"
#include "lj/characters.h"
#include "lj/hand_over.h"
#include "lj/journal.h"
#include "scan/file.h"

namespace lane {

namespace {

/// Returns whether the error means that the file is missing or may not be read.
bool isAbsence(int error) {
  return error == ENOENT || error == ESRCH || error == EACCES || error == EPERM || error == ENOTDIR;
}

/// Returns an empty text if the file is missing or may not be read.
std::string readIfThere(const std::string& path) {
  constexpr size_t bytesMax = 4096;
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0 && isAbsence(errno)) return {};
  std::string text(bytesMax, '\0');
  const ssize_t length = fd.get() < 0 ? -1 : ::read(fd.get(), text.data(), text.size());
  if (length < 0 && isAbsence(errno)) return {};
  if (length < 0 || static_cast<size_t>(length) == bytesMax) throw HandOver();
  text.resize(static_cast<size_t>(length));
  return text;
}

std::string readLinkIfThere(const char* path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path, target, sizeof target);
  if (length < 0 && isAbsence(errno)) return {};
  if (length < 0) throw HandOver();
  return {target, static_cast<size_t>(length)};
}

/// The files contain a single line of ASCII.
std::string oneLine(const std::string& text) {
  const std::string_view line = trimmed(text);
  const auto isPlain = [](char c) { return c >= ' ' && c <= '~'; };
  if (!std::all_of(line.begin(), line.end(), isPlain)) throw HandOver();
  return std::string(line);
}

std::string hostName() {
  char name[256];
  if (::gethostname(name, sizeof name) != 0) throw HandOver();
  name[sizeof name - 1] = '\0';
  return oneLine(name);
}

struct ProcessState {
  std::string start;
  bool finished = false;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at != std::string_view::npos;) {
    const size_t end = text.find(separator, at);
    parts.push_back(text.substr(at, end - at));
    at = end == std::string_view::npos ? end : end + 1;
  }
  return parts;
}

/// proc(5): the command's name may contain anything and ends at the last parenthesis. Field 3 is the state, field 20
/// the number of threads, field 22 the start. A thread-group leader that has ended is a zombie while its other threads
/// still run.
std::optional<ProcessState> readState(std::string_view text) {
  constexpr size_t threadsAt = 17;
  constexpr size_t startAt = 19;
  constexpr size_t digitsMax = 40;
  const size_t name = text.rfind(')');
  if (name == std::string_view::npos || name + 2 > text.size()) return std::nullopt;
  const std::vector<std::string_view> fields = split(text.substr(name + 2), ' ');
  if (fields.size() <= startAt) return std::nullopt;
  const std::string_view start = fields[startAt];
  if (!areAllDigits(start) || start.size() > digitsMax) return std::nullopt;
  const bool isSingle = fields[threadsAt] == "0" || fields[threadsAt] == "1";
  return ProcessState{std::string(start), fields[0] == "X" || (fields[0] == "Z" && isSingle)};
}

bool isGone(int pid) { return pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH; }

/// Returns nothing if the process cannot be inspected. If /proc was mounted for another namespace, the same number is
/// another process there.
std::optional<ProcessState> inspect(int pid) {
  if (readLinkIfThere("/proc/self") != std::to_string(::getpid())) return std::nullopt;
  return readState(readIfThere("/proc/" + std::to_string(pid) + "/stat"));
}

/// A different boot id on the same host means a reboot, which ended every earlier process.
bool hasRebooted(const ProcessMark& holder, const ProcessMark& here) {
  if (holder.bootId.empty() || here.bootId.empty() || holder.host.empty()) return false;
  return holder.host == here.host && holder.machine == here.machine;
}

}  // namespace

ProcessMark describeHost() {
#ifndef __linux__
  throw HandOver();
#endif
  ProcessMark here;
  here.pid = ::getpid();
  here.host = hostName();
  here.machine = oneLine(readIfThere("/etc/machine-id"));
  here.bootId = oneLine(readIfThere("/proc/sys/kernel/random/boot_id"));
  const std::string time = readLinkIfThere("/proc/self/ns/time");
  here.nameSpace = readLinkIfThere("/proc/self/ns/pid");
  if (!here.nameSpace.empty() && !time.empty()) here.nameSpace += ' ';
  here.nameSpace += time;
  return here;
}

Life judgeLife(const ProcessMark& holder, const ProcessMark& here) {
  if (holder.bootId != here.bootId) return hasRebooted(holder, here) ? Life::dead : Life::unknown;
  if (here.bootId.empty() && (holder.host.empty() || holder.host != here.host)) return Life::unknown;
  if (holder.nameSpace != here.nameSpace) return Life::unknown;
  // The reference's files name no host, boot or namespace: the pid may belong to another container.
  if (holder.bootId.empty() && holder.start.empty()) return Life::unknown;
  if (isGone(holder.pid)) return Life::dead;
  const std::optional<ProcessState> found = inspect(holder.pid);
  if (!found || holder.start.empty()) return Life::unknown;
  return found->finished || found->start != holder.start ? Life::dead : Life::alive;
}

double uptimeSeconds() {
  const std::string text = readIfThere("/proc/uptime");
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) throw HandOver();
  return seconds;
}

}  // namespace lane
