// Reads the command lines that this program answers. It accepts a part of what src/cli/line.ts accepts, with the same
// meaning; the JavaScript command answers the rest, including every mistake.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "scan/cut.h"

namespace lane {

enum class Verb : uint8_t {
  replay,
  seq,
  tail,
  verify,
  lock,
  /// The option `--version`, alone.
  version,
};

/// The names of the verbs before `version`.
inline constexpr std::string_view verbNames[] = {"replay", "seq", "tail", "verify", "lock"};

struct Request {
  Verb verb = Verb::replay;
  /// The path as it was given. Empty: the default journal.
  std::string_view journal;
  bool json = false;
  /// Whether a missing journal is an error.
  bool mustExist = false;
  bool noSnapshot = false;
  /// Whether `--engine` was given. It takes precedence over LANE_JOURNAL_ENGINE.
  bool engineChosen = false;
  /// The number of threads, at most. 0: as many as are useful.
  unsigned threads = 0;
  /// For `tail`: the number of entries. 0: all.
  uint64_t count = 20;
  /// For `replay`: the earlier point in time.
  std::optional<Bound> until;
};

/// Returns the request, or nothing if the JavaScript command must answer. `words` are those after the program's name.
/// The request borrows from them.
std::optional<Request> readArguments(const std::vector<std::string_view>& words);

}  // namespace lane
