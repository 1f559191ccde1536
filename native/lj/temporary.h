// Writes a file under a temporary name and renames it, so that a reader finds the old file or the whole new one.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

namespace lane {

/// A temporary file. It is removed unless it was renamed, also if SIGINT ends the program meanwhile (see
/// `endOnInterrupt`). Each method throws Failure.
class Temporary {
 public:
  /// Creates a file whose name is `start` and one of the digits 0 to 7. The digits are few, so that files that killed
  /// processes left behind are found without listing the folder; one that is older than a minute is replaced. Only the
  /// file's owner has access.
  explicit Temporary(const std::string& start);
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary();

  void write(std::string_view bytes);
  /// Sets the owner, as far as this process may, and the permissions for reading and writing.
  void takeRights(const struct stat& journal);
  void renameTo(const std::string& path);

 private:
  void tryOpen();

  std::string path_;
  int fd_ = -1;
};

/// Makes SIGINT end the program with exit code 130, and remove the temporary file and the progress bar.
void endOnInterrupt();

}  // namespace lane
