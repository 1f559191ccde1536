// Finds the journal by docs/format.md 8 ("Where") and opens it. Throws HandOver wherever the answer is an error or not
// certain.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "lj/arguments.h"

namespace lane {

/// An open descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  int get() const { return fd_; }

 private:
  int fd_;
};

struct Journal {
  std::string path;
  Descriptor fd;
  /// The file's state when it was opened.
  struct stat status;
};

/// Returns the absolute path of the request's journal: UTF-8 without `.`, `..` and repeated slashes.
std::string journalPath(const Request& request);

/// Returns an absolute path: UTF-8 without `.`, `..` and repeated slashes. `path` is not empty.
std::string absolutePath(std::string_view path);

/// Returns whether there is a file at the path, also if that cannot be determined.
bool isThere(const std::string& path);

/// Opens a regular file. Returns nothing if there is no file.
std::optional<Journal> openJournal(const std::string& path);

/// Returns the file's current state.
struct stat statusOf(int fd);

/// Returns the value of a variable, or an empty text if it is not set.
std::string_view environment(const char* name);

}  // namespace lane
