// Implements a test framework in one page: TEST("a fact") { CHECK(...); }. Needs no installation, so the suite runs
// wherever g++ does.
#pragma once

#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace check {

struct Test {
  const char* fact;
  std::function<void()> run;
};

std::vector<Test>& tests();
/// Counts a failed check against the running test and prints it.
void fail(const char* file, int line, const std::string& what);

struct Register {
  Register(const char* fact, std::function<void()> run) { tests().push_back({fact, std::move(run)}); }
};

template <class A, class B>
void equal(const A& found, const B& expected, const char* text, const char* file, int line) {
  if (found == expected) return;
  std::ostringstream what;
  what << text << ": expected " << expected << ", found " << found;
  fail(file, line, what.str());
}

}  // namespace check

#define CHECK_JOIN_TOKENS(a, b) a##b
#define CHECK_JOIN(a, b) CHECK_JOIN_TOKENS(a, b)
// Files are compiled together, so a line number would not be unique.
#define TEST(fact) CHECK_TEST(fact, __COUNTER__)
#define CHECK_TEST(fact, number)                                                               \
  static void CHECK_JOIN(test, number)();                                                      \
  static const check::Register CHECK_JOIN(registered, number)(fact, CHECK_JOIN(test, number)); \
  static void CHECK_JOIN(test, number)()
#define CHECK(condition)                                           \
  do {                                                             \
    if (!(condition)) check::fail(__FILE__, __LINE__, #condition); \
  } while (false)
#define CHECK_EQUAL(found, expected) check::equal(found, expected, #found, __FILE__, __LINE__)
