// Runs every test; the last line is `N passed, N failed`.
#include <cstdio>
#include <exception>

#include "test/check.h"

namespace check {

namespace {
int failedChecks = 0;
}

std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

void fail(const char* file, int line, const std::string& what) {
  failedChecks++;
  std::printf("%s:%d: %s\n", file, line, what.c_str());
}

}  // namespace check

int main() {
  int passed = 0;
  int failed = 0;
  for (const check::Test& test : check::tests()) {
    check::failedChecks = 0;
    try {
      test.run();
    } catch (const std::exception& thrown) {
      check::fail(__FILE__, __LINE__, std::string("threw ") + thrown.what());
    }
    if (check::failedChecks > 0) std::printf("failed: %s\n", test.fact);
    (check::failedChecks == 0 ? passed : failed)++;
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
