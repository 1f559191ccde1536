// Reads a lock file.
#include "lj/lock_file.h"

#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>
#include <string_view>

#include "base/number.h"
#include "lj/characters.h"
#include "lj/hand_over.h"
#include "lj/journal.h"
#include "scan/file.h"

namespace lane {

namespace {

/// No writer makes a longer file.
constexpr size_t lockBytesMax = 16 * 1024;

double milliseconds(const struct timespec& time) {
  // In the order in which JavaScript rounds.
  return static_cast<double>(static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec) / 1e6;
}

int pidOf(std::string_view text) {
  constexpr size_t digitsMax = 20;
  constexpr uint64_t pidMax = 0x7FFFFFFF;
  uint64_t number = 0;
  if (!areAllDigits(text) || text.size() > digitsMax) return 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && number <= pidMax ? static_cast<int>(number) : 0;
}

/// Of repeated lines the first counts. A line without an LF at its end is still being written.
std::map<std::string, std::string> readLines(std::string_view content) {
  std::map<std::string, std::string> found;
  for (size_t end = content.find('\n'); end != std::string_view::npos; end = content.find('\n')) {
    const std::string_view line = content.substr(0, end);
    const size_t colon = std::min(line.find(':'), line.size());
    const std::string_view value = line.substr(std::min(colon + 1, line.size()));
    found.emplace(trimmed(line.substr(0, colon)), trimmed(value));
    content.remove_prefix(end + 1);
  }
  return found;
}

}  // namespace

std::optional<LockFields> readLockFields(std::string_view content) {
  const std::map<std::string, std::string> found = readLines(content);
  const auto text = [&](const char* name) {
    const auto at = found.find(name);
    return at == found.end() ? std::string() : at->second;
  };
  if (text("owner").empty() || found.count("acquired_at") == 0 || found.count("pid") == 0) return std::nullopt;
  LockFields fields;
  fields.owner = text("owner");
  fields.acquiredAt = text("acquired_at");
  fields.uptime = text("uptime");
  fields.released = text("released") == "yes";
  fields.process = {pidOf(text("pid")), text("host"),      text("machine_id"),
                    text("boot_id"),    text("namespace"), text("process_start")};
  return fields;
}

std::optional<SeenLock> seeLock(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC));
  if (fd.get() < 0 && errno == ENOENT) return std::nullopt;
  if (fd.get() < 0) throw HandOver();
  SeenLock seen{statusOf(fd.get()), std::nullopt};
  if (!S_ISREG(seen.status.st_mode) || seen.status.st_uid != ::geteuid()) throw HandOver();
  std::string content(lockBytesMax, '\0');
  size_t length = 0;
  for (size_t got = 1; got > 0 && length < content.size(); length += got) {
    got = readAt(fd.get(), content.data() + length, content.size() - length, length);
  }
  content.resize(length);
  // Node replaces what is not UTF-8.
  if (!simdjson::validate_utf8(content)) throw HandOver();
  seen.fields = readLockFields(content);
  return seen;
}

double changedMs(const struct stat& status) {
#ifdef __APPLE__
  return milliseconds(status.st_ctimespec);
#else
  return milliseconds(status.st_ctim);
#endif
}

double modifiedMs(const struct stat& status) {
#ifdef __APPLE__
  return milliseconds(status.st_mtimespec);
#else
  return milliseconds(status.st_mtim);
#endif
}

}  // namespace lane
