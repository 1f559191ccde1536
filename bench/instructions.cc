// The native fold without Node, for an instruction counter: `replay` or `scan` and a journal in, its entries out.
#include <cstdio>
#include <fcntl.h>
#include <string_view>

#include "scan/scan.h"

int main(int count, char** words) {
  const std::string_view kind = count == 3 ? words[1] : "";
  const int fd = kind == "replay" || kind == "scan" ? open(words[2], O_RDONLY) : -1;
  if (fd < 0) {
    std::fprintf(stderr, "expected `replay` or `scan` and a journal that can be read\n");
    return 2;
  }
  lane::ScanOptions options;
  options.kind = kind == "scan" ? lane::FoldKind::scan : lane::FoldKind::replay;
  options.threads = 1;
  lane::Scan scan(options);
  while (!scan.step(fd, 64 * 1024 * 1024)) {
  }
  std::puts(scan.reportText().c_str());
  return 0;
}
