// Finds the journal and opens it.
#include "lj/journal.h"

#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "lj/hand_over.h"

namespace lane {

namespace {

std::string workingFolder() {
  const std::unique_ptr<char, void (*)(void*)> folder(::getcwd(nullptr, 0), std::free);
  if (!folder || folder.get()[0] != '/') throw HandOver();
  return folder.get();
}

/// Only the kernel can resolve `..` after a link, and Node replaces what is not UTF-8.
void expectPlain(std::string_view path) {
  if (path.find("..") != std::string_view::npos || !simdjson::validate_utf8(path)) throw HandOver();
}

/// Drops `.` and empty parts.
std::string normalised(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (!part.empty() && part != ".") out.append("/").append(part);
  }
  return out.empty() ? "/" : out;
}

/// The path of the default journal. A workspace file, which may name another, is left to the JavaScript command.
std::string defaultPath() {
  for (const char* name : {"DISPATCH_LANE_JOURNAL_PATH", "JOB_LANE_JOURNAL_PATH"}) {
    if (const std::string_view path = environment(name); !path.empty()) return absolutePath(path);
  }
  const std::string_view given = environment("DISPATCH_WORKSPACE");
  const std::string workspace = given.empty() ? workingFolder() : absolutePath(given);
  struct stat status;
  const std::string file = absolutePath(workspace + "/dos.toml");
  if (::lstat(file.c_str(), &status) == 0 || errno != ENOENT) throw HandOver();
  return absolutePath(workspace + "/.dos/lane-journal.jsonl");
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

std::string absolutePath(std::string_view path) {
  expectPlain(path);
  if (path.front() == '/') return normalised(path);
  std::string folder = workingFolder();
  expectPlain(folder);
  return normalised(folder.append("/").append(path));
}

bool isThere(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 || errno != ENOENT;
}

std::string journalPath(const Request& request) {
  return request.journal.empty() ? defaultPath() : absolutePath(request.journal);
}

struct stat statusOf(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0) throw HandOver();
  return status;
}

std::optional<Journal> openJournal(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::nullopt;
  if (fd < 0) throw HandOver();
  Journal journal{path, Descriptor(fd), {}};
  journal.status = statusOf(fd);
  if (!S_ISREG(journal.status.st_mode)) throw HandOver();
  return journal;
}

}  // namespace lane
