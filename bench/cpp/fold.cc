// Runs the native fold on one thread and without Node: takes `replay` or `scan` and a journal, and prints an answer as
// child.ts does. Its seconds are those of the fold. `silent`, for an instruction counter, omits the answer.
#include <fcntl.h>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "scan/scan.h"

namespace {

/// Reads and folds the journal, without creating the texts of the leases. Returns the seconds.
double fold(lane::Scan& scan, int fd) {
  constexpr uint64_t stepBytes = 64 * 1024 * 1024;
  const auto began = std::chrono::steady_clock::now();
  while (!scan.step(fd, stepBytes)) {
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// Each text is an array; prints the elements of all as one array.
void printLeases(const lane::Scan& scan) {
  const char* before = "";
  for (const std::string& text : scan.leasesText()) {
    const std::string_view leases = std::string_view(text).substr(1, text.size() - 2);
    if (leases.empty()) continue;
    std::printf("%s%.*s", before, static_cast<int>(leases.size()), leases.data());
    before = ",";
  }
}

}  // namespace

int main(int count, char** words) {
  const std::string_view kind = count >= 3 ? words[1] : "";
  const bool isSilent = count == 4 && std::string_view(words[3]) == "silent";
  const bool isUsage = (kind == "replay" || kind == "scan") && (count == 3 || isSilent);
  const int fd = isUsage ? open(words[2], O_RDONLY) : -1;
  if (fd < 0) {
    std::fprintf(stderr, "expected `replay` or `scan`, a journal that can be read, and `silent` or nothing\n");
    return 2;
  }
  lane::ScanOptions options;
  options.kind = kind == "scan" ? lane::FoldKind::scan : lane::FoldKind::replay;
  options.threads = 1;
  lane::Scan scan(options);
  const double seconds = fold(scan, fd);
  if (isSilent) return 0;
  std::printf("{\"seconds\":%.6f,\"leases\":[", seconds);
  printLeases(scan);
  std::puts("]}");
  return 0;
}
