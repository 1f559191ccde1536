// Tests the verdict and the children of a line's text by the grammar of docs/format.md 3.
#include "json/json.h"

#include <simdjson.h>

#include <memory>
#include <string>

#include "test/check.h"

using lane::JsonText;
using lane::Verdict;

namespace {

// clang-format off
const char* const goodTexts[] = {
    "{}", "[]", "0", "-0", "1.5e+300", "1e400", "true", "false", "null", "NaN", "Infinity", "-Infinity", "\"\"",
    "\"\\ud800\"", " {\"a\" :\t[1 , 2]}\r", "[NaN,-Infinity]", "{\"a\":{\"b\":[{}]},\"c\":\"\\\\\"}",
    "123456789012345678901234567890", "\"\x7f\"", "[\"a\",\"b\"]", "{\"\":\"\\\"\"}",
};
// clang-format on

// clang-format off
const char* const badTexts[] = {
    "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "01", "-",
    "+1", "1.", ".5", "1e", "1e+", "0x1", "tru", "True", "nul", "nan", "-NaN", "NaNNaN", "1Infinity", "Infinity1",
    "InfinityInfinity", "--1", "\"", "\"a", "a\"", "\"a\"b", "\"a\"\"b\"", "12\"a\"", "\"\\x\"", "\"\\u12\"",
    "\"\\u12g4\"", "\"\\\"", "\"a\tb\"", "\"\x01\"", "{} {}", "{}{}", "1 2", "[1}", "{\"a\":1]", "\x0b{}", "{}\x0c",
    "[\x1a]", "[1\x0c 2]", "{\"a\" \"b\"}", "{\"a\":1 \"b\":2}", "[\"a\" : 1]", ":", ",", "\xEF\xBB\xBF{}",
    "{\"a\":'b'}", "nulll", "truefalse", "[true\"\"]", "[1\"\"]", "\xC2\xA0{}",
};
// clang-format on

/// Parses from memory that ends one byte after the text, so that a sanitizer detects every read past it.
Verdict verdictOf(const std::string& text) {
  const std::unique_ptr<char[]> exact(new char[text.size() + 1]);
  text.copy(exact.get(), text.size());
  exact[text.size()] = '\n';
  JsonText json;
  return json.parse({exact.get(), text.size()});
}

/// Runs `check` with every kernel that this processor supports.
template <class Check>
void onEveryKernel(Check check) {
  const simdjson::implementation* before = simdjson::get_active_implementation();
  for (const auto* kernel : simdjson::get_available_implementations()) {
    if (!kernel->supported_by_runtime_system()) continue;
    simdjson::get_active_implementation() = kernel;
    check();
  }
  simdjson::get_active_implementation() = before;
}

}  // namespace

TEST("texts of RFC 8259 and the three words beyond it are good") {
  onEveryKernel([] {
    for (const char* text : goodTexts) {
      if (verdictOf(text) != Verdict::good) check::fail(__FILE__, __LINE__, std::string("refused: ") + text);
    }
  });
}

TEST("everything else is unparseable") {
  onEveryKernel([] {
    for (const char* text : badTexts) {
      if (verdictOf(text) != Verdict::unparseable) check::fail(__FILE__, __LINE__, std::string("not refused: ") + text);
    }
  });
}

TEST("ill-formed UTF-8 is told from bad JSON") {
  onEveryKernel([] {
    CHECK(verdictOf("\"\xff\"") == Verdict::illFormed);
    CHECK(verdictOf("\"\xed\xa0\x80\"") == Verdict::illFormed);
  });
}

TEST("1,024 open containers are good and 1,025 are not") {
  for (const auto& [open, close] : {std::pair<std::string, std::string>{"[", "]"}, {"{\"a\":", "}"}}) {
    for (const size_t depth : {size_t{1024}, size_t{1025}}) {
      std::string text;
      for (size_t i = 0; i + 1 < depth; i++) text += open;
      text += "[]";
      for (size_t i = 0; i + 1 < depth; i++) text += close;
      CHECK((verdictOf(text) == Verdict::good) == (depth == 1024));
    }
  }
  CHECK(verdictOf(std::string(1000000, '[')) == Verdict::unparseable);
}

TEST("children are the outermost value's own, in order, repeats included") {
  const std::string text = " { \"a\" : [1,{\"x\":2}] , \"b\":\"y\" ,\"a\": -1.50 } ";
  JsonText json;
  CHECK(json.parse(text) == Verdict::good);
  const auto& children = json.children();
  CHECK_EQUAL(children.size(), 3u);
  CHECK_EQUAL(children[0].key, "a");
  CHECK_EQUAL(children[0].value, "[1,{\"x\":2}]");
  CHECK_EQUAL(children[1].value, "\"y\"");
  CHECK_EQUAL(children[2].value, "-1.50");
  CHECK_EQUAL(json.root(), "{ \"a\" : [1,{\"x\":2}] , \"b\":\"y\" ,\"a\": -1.50 }");
}

TEST("an array is parsed by element, with the members of each that is an object") {
  const std::string text = R"([{"a":1,"b":[{"c":2}]},{}, 7 ,[{"d":3}],"x",[], {"\u0061":{"e":{}}} ,{"a":{},"a":[]}])";
  std::string found;
  JsonText json;
  json.parseElements(text, [&](lane::Value element) {
    found.append(element).append("<");
    for (const lane::Child& child : json.children())
      found.append(child.key).append("=").append(child.value).append(";");
    found += ">";
  });
  CHECK_EQUAL(
      found,
      R"({"a":1,"b":[{"c":2}]}<a=1;b=[{"c":2}];>{}<>7<>[{"d":3}]<>"x"<>[]<>{"\u0061":{"e":{}}}<\u0061={"e":{}};>)"
      R"({"a":{},"a":[]}<a={};a=[];>)");
  CHECK(json.hasEscapes());
}

TEST("an array without elements is parsed without a visit") {
  JsonText json;
  for (const char* text : {"[]", "[ \t]"}) json.parseElements(text, [](lane::Value) { CHECK(false); });
}
