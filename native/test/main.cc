// Runs every test and prints `N passed, N failed` as the last line. With `--kernels`, lists the kernels of simdjson
// that run here instead.
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

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

namespace {

void listKernels() {
  for (const auto* kernel : simdjson::get_available_implementations()) {
    if (kernel->supported_by_runtime_system()) std::printf("%s\n", kernel->name().c_str());
  }
}

/// Returns whether the requested kernel, if any, is the one that runs. Otherwise the tests would prove nothing.
bool runsKernelAskedFor() {
  const char* asked = std::getenv("SIMDJSON_FORCE_IMPLEMENTATION");
  return asked == nullptr || simdjson::get_active_implementation()->name() == asked;
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "--kernels") {
    listKernels();
    return 0;
  }
  if (!runsKernelAskedFor()) {
    std::printf("the kernel asked for does not run here\n");
    return 1;
  }
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
