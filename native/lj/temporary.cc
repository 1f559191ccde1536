// Writes a file under a temporary name and renames it.
#include "lj/temporary.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <ctime>

#include "base/failure.h"
#include "lj/progress.h"

namespace lane {

namespace {

constexpr int interrupted = 130;
constexpr time_t leftoverSeconds = 60;
constexpr unsigned names = 8;

/// The file that a signal handler must remove. Valid while `hasPending` is set.
char pending[PATH_MAX];
std::atomic<bool> hasPending = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void onInterrupt(int) {
  eraseBar();
  if (hasPending) ::unlink(pending);
  ::_exit(interrupted);
}

void removeLeftover(const std::string& path) {
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0) return;
  if (std::time(nullptr) - status.st_mtime > leftoverSeconds) ::unlink(path.c_str());
}

}  // namespace

Temporary::Temporary(const std::string& start) {
  const auto first = static_cast<unsigned>(::getpid());
  for (unsigned taken = 0; fd_ < 0 && taken < names; taken++) {
    path_ = start + std::to_string((first + taken) % names);
    tryOpen();
    if (fd_ < 0 && errno != EEXIST) break;
  }
  if (fd_ < 0) throw Failure("open");
}

void Temporary::tryOpen() {
  removeLeftover(path_);
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd_ < 0 || path_.size() >= sizeof pending) return;
  std::memcpy(pending, path_.c_str(), path_.size() + 1);
  hasPending = true;
}

Temporary::~Temporary() {
  if (!path_.empty()) ::unlink(path_.c_str());
  hasPending = false;
  ::close(fd_);
}

void Temporary::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
    if (written < 0 && errno != EINTR) throw Failure("write");
  }
}

void Temporary::takeRights(const struct stat& journal) {
  struct stat own;
  if (::fstat(fd_, &own) != 0) throw Failure("fstat");
  const bool isOwners = own.st_uid == journal.st_uid && own.st_gid == journal.st_gid;
  // Before the mode, because a change of owner may clear mode bits.
  if (!isOwners && ::fchown(fd_, journal.st_uid, journal.st_gid) != 0 && errno != EPERM) throw Failure("fchown");
  if (::fchmod(fd_, journal.st_mode & 0666) != 0) throw Failure("fchmod");
}

void Temporary::renameTo(const std::string& path) {
  if (::rename(path_.c_str(), path.c_str()) != 0) throw Failure("rename");
  hasPending = false;
  path_.clear();
}

void endOnInterrupt() {
  struct sigaction action {};
  action.sa_handler = onInterrupt;
  ::sigaction(SIGINT, &action, nullptr);
}

}  // namespace lane
