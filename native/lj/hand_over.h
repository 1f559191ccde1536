// Replaces this process by the JavaScript command, which answers everything that this program does not.
#pragma once

#include <string>

namespace lane {

/// The exit code of a program that has no answer (docs/cli.md).
inline constexpr int noAnswer = 3;

/// Thrown to let the JavaScript command answer. Nothing may have been printed yet.
struct HandOver {};

/// Runs `node dist/package/lj.js` of the same package with the same arguments, and with the path of this program in
/// LANE_JOURNAL_EXECUTABLE (src/program.ts). Returns only if that is impossible: prints why on standard error and
/// returns `noAnswer`.
int handOver(char** arguments);

/// Returns the path of this program without links, or an empty path if it cannot be determined.
std::string programPath();

/// Returns the folder of the package that contains this program, or an empty path if it cannot be determined.
std::string packageFolder();

}  // namespace lane
