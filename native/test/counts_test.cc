// Tests that ops are counted like a plain map counts them, for few ops and for many.
#include "scan/counts.h"

#include <map>
#include <random>
#include <string>

#include "test/check.h"

namespace {

void compare(size_t ops) {
  std::mt19937 random(7);
  lane::OpCounts counts;
  std::map<std::string, uint64_t> expected;
  for (int round = 0; round < 3; round++) {
    counts.clear();
    expected.clear();
    for (size_t i = 0; i < 4 * ops; i++) {
      const std::string op = "OP" + std::to_string(random() % ops);
      counts.add(counts.numberOf(op));
      expected[op]++;
    }
    CHECK_EQUAL(counts.counts().size(), expected.size());
    for (const auto& [op, count] : counts.counts()) CHECK_EQUAL(count, expected[op]);
  }
}

}  // namespace

TEST("a few ops are counted") { compare(12); }

TEST("thousands of ops are counted") { compare(5000); }
