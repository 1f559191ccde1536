// The executable `lj`: answers the verbs and options that it knows, exactly as the JavaScript command does, and hands
// everything else over to that command (docs/cli.md, "The executable").
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string_view>
#include <vector>

#include "lj/answer.h"
#include "lj/arguments.h"
#include "lj/hand_over.h"
#include "lj/temporary.h"

namespace lane {

namespace {

/// Node opens /dev/null for a standard descriptor that is closed. Here a file would take its number.
void expectStandardDescriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0) throw HandOver();
  }
}

/// Writes all bytes, also to a pipe that another program made non-blocking. Returns 0, or the error number.
int writeAll(int fd, std::string_view& bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd waiting{fd, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

/// A reader that closed the pipe, as `head` does, is no failure. Another failure before the first byte is left to the
/// JavaScript command, which meets it too and reports it.
int print(const Answer& answer) {
  std::string_view output = answer.output;
  const int failure = writeAll(STDOUT_FILENO, output);
  if (failure != 0 && failure != EPIPE && output.size() == answer.output.size()) throw HandOver();
  std::string_view notes = answer.notes;
  writeAll(STDERR_FILENO, notes);
  if (failure == 0 || failure == EPIPE) return answer.exitCode;
  std::fprintf(stderr, "lj: the output cannot be written: %s\n", std::strerror(failure));
  return noAnswer;
}

int run(char** arguments) {
  expectStandardDescriptors();
  std::vector<std::string_view> words;
  for (char** word = arguments + 1; *word != nullptr; word++) words.emplace_back(*word);
  const std::optional<Request> request = readArguments(words);
  if (!request) throw HandOver();
  endOnInterrupt();
  std::signal(SIGPIPE, SIG_IGN);
  return print(answer(*request));
}

}  // namespace

}  // namespace lane

int main(int count, char** arguments) {
  if (count < 1) return lane::noAnswer;
  try {
    return lane::run(arguments);
  } catch (const lane::HandOver&) {
    return lane::handOver(arguments);
  } catch (const std::exception&) {
    // The JavaScript command meets the same failure and reports it.
    return lane::handOver(arguments);
  }
}
