// Replaces this process by the JavaScript command.
#include "lj/hand_over.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

namespace lane {

namespace {

/// The program is two folders below the package's: build/Release or prebuilds/PLATFORM.
constexpr int foldersBelow = 2;

}  // namespace

std::string programPath() {
#ifdef __APPLE__
  char given[PATH_MAX];
  uint32_t bytes = sizeof given;
  if (_NSGetExecutablePath(given, &bytes) != 0) return {};
  const char* path = given;
#else
  const char* path = "/proc/self/exe";
#endif
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path, nullptr), std::free);
  return real ? real.get() : "";
}

std::string packageFolder() {
  std::string path = programPath();
  for (int i = 0; i <= foldersBelow; i++)
    path.resize(path.find_last_of('/') == std::string::npos ? 0 : path.rfind('/'));
  return path;
}

int handOver(char** arguments) {
  const std::string folder = packageFolder();
  std::string command = folder + "/dist/package/lj.js";
  std::string node = "node";
  std::vector<char*> words{node.data(), command.data()};
  for (char** word = arguments + 1; *word != nullptr; word++) words.push_back(*word);
  words.push_back(nullptr);
  ::setenv("LANE_JOURNAL_EXECUTABLE", programPath().c_str(), 1);
  // An ignored signal stays ignored in the new program.
  std::signal(SIGPIPE, SIG_DFL);
  if (!folder.empty()) ::execvp(node.c_str(), words.data());
  const char* why = folder.empty() ? "the folder of this program cannot be determined" : std::strerror(errno);
  std::fprintf(stderr, "lj: cannot run the JavaScript command (node %s): %s\n", command.c_str(), why);
  return noAnswer;
}

}  // namespace lane
