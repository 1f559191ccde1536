// Tests the fuzzers' cost oracle with a clock that counts steps instead of reading the machine's.
#include "fuzz/cost.h"

#include <string>
#include <string_view>

#include "test/check.h"

namespace {

/// Work whose number of steps depends on its text, and the clock that counts them.
class Steps {
 public:
  /// Returns the steps of a run from its text and its number.
  using Count = std::function<double(std::string_view, int)>;

  explicit Steps(Count count) : count_(std::move(count)) {}

  fuzz::CostOracle oracle() {
    return fuzz::CostOracle([this](std::string_view text) { now_ += count_(text, ++runs_); },
                            std::string(fuzz::stretchedBytes, 'o'), [this] { return now_; });
  }
  int runs() const { return runs_; }

 private:
  Count count_;
  double now_ = 0;
  int runs_ = 0;
};

double bytesOf(std::string_view text) { return static_cast<double>(text.size()); }

}  // namespace

TEST("a text is stretched by its part, and all of it is kept") {
  const std::string out = fuzz::stretched("[ab]", 1, 2);
  CHECK(out.size() >= fuzz::stretchedBytes);
  CHECK(out.size() <= fuzz::stretchedBytes + 2);
  CHECK(out.starts_with("[ababab"));
  CHECK(out.ends_with("abab]"));
}

TEST("a part that does not lie in the text is cut to it, and an empty one is the whole text") {
  CHECK(fuzz::stretched("ab\n", 1, 100).starts_with("ab\nb\nb\n"));
  CHECK(fuzz::stretched("ab\n", 100, 1).starts_with("ab\nab\n"));
  CHECK_EQUAL(fuzz::stretched("", 3, 4), "");
  const std::string enough(fuzz::stretchedBytes + 7, 'x');
  CHECK_EQUAL(fuzz::stretched(enough, 0, enough.size()), enough);
}

TEST("work in proportion to its bytes is no finding, whatever its fixed cost") {
  Steps steps([](std::string_view text, int) { return 10'000 + bytesOf(text); });
  fuzz::CostOracle oracle = steps.oracle();
  CHECK(oracle.ratioOf(fuzz::stretched("x", 0, 1)) <= 2);
}

TEST("work in proportion to the square of a run's length is a finding once stretched") {
  const auto squared = [](std::string_view text, int) {
    const auto brackets = static_cast<double>(std::count(text.begin(), text.end(), '['));
    return bytesOf(text) + brackets * brackets / 100;
  };
  Steps steps(squared);
  fuzz::CostOracle oracle = steps.oracle();
  const std::string_view text = "{\"a\":[[[]]]}";
  CHECK(steps.runs() > 0);
  CHECK(oracle.ratioOf(text) <= fuzz::costRatioMax);
  CHECK(oracle.ratioOf(fuzz::stretched(text, 5, 1)) > fuzz::costRatioMax);
}

TEST("an interruption is no finding, and what stays slow is measured ten times") {
  Steps interrupted([](std::string_view text, int run) { return bytesOf(text) * (run % 3 == 0 ? 1 : 1'000); });
  fuzz::CostOracle oracle = interrupted.oracle();
  CHECK(oracle.ratioOf(std::string(fuzz::stretchedBytes, 'x')) <= fuzz::costRatioMax);

  Steps slow([](std::string_view text, int) { return bytesOf(text) * (text.front() == 'x' ? 51 : 1); });
  fuzz::CostOracle strict = slow.oracle();
  const int before = slow.runs();
  CHECK(strict.ratioOf(std::string(fuzz::stretchedBytes, 'x')) > fuzz::costRatioMax);
  // Every run of the ten, except the first, has a run of the ordinary text beside it.
  CHECK_EQUAL(slow.runs() - before, 19);
}
