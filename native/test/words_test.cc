// Tests the empty, text and int of docs/format.md 4 for values, and the decoding of bytes.
#include "json/words.h"

#include <string>

#include "base/decode.h"
#include "base/quote.h"
#include "fold/entry.h"
#include "json/stringify.h"
#include "json/verbatim.h"
#include "test/check.h"

namespace {

std::string textOf(const char* value) {
  std::string room;
  return std::string(lane::textOf(value, room));
}

std::string decoded(std::string_view bytes) {
  std::string out;
  lane::appendDecoded(bytes, out);
  return out;
}

}  // namespace

TEST("empty is what docs/format.md 4 lists") {
  CHECK(lane::isEmpty(lane::Value()));
  for (const char* value : {"null", "false", "0", "-0", "0.0", "0e5", "1e-400", "\"\"", "[]", "{}", "[ ]", "{\t}"}) {
    CHECK(lane::isEmpty(value));
  }
  for (const char* value : {"true", "1", "NaN", "Infinity", "5e-324", "\"0\"", "[0]", "{\"\":0}", "\" \""}) {
    CHECK(!lane::isEmpty(value));
  }
}

TEST("numbers have ECMAScript's text") {
  CHECK_EQUAL(textOf("1.0"), "1");
  CHECK_EQUAL(textOf("1e21"), "1e+21");
  CHECK_EQUAL(textOf("123456789012345680000"), "123456789012345680000");
  CHECK_EQUAL(textOf("0.000001"), "0.000001");
  CHECK_EQUAL(textOf("1e-7"), "1e-7");
  CHECK_EQUAL(textOf("-1.25e-9"), "-1.25e-9");
  CHECK_EQUAL(textOf("12.5"), "12.5");
  CHECK_EQUAL(textOf("5e-324"), "5e-324");
  CHECK_EQUAL(textOf("1.7976931348623157e308"), "1.7976931348623157e+308");
  CHECK_EQUAL(textOf("1e400"), "Infinity");
  CHECK_EQUAL(textOf("-1e400"), "-Infinity");
  CHECK_EQUAL(textOf("NaN"), "NaN");
  CHECK_EQUAL(textOf("9007199254740993"), "9007199254740992");
  CHECK_EQUAL(textOf(("1" + std::string(400, '0') + "e-400").c_str()), "1");
  CHECK_EQUAL(textOf(("0." + std::string(400, '0') + "1e300").c_str()), "1e-101");
  CHECK_EQUAL(textOf(("0." + std::string(800, '0') + "1e300").c_str()), "");
  CHECK_EQUAL(textOf(std::string(100000, '9').c_str()), "Infinity");
  CHECK_EQUAL(textOf("1e99999999999999999999"), "Infinity");
  CHECK_EQUAL(textOf("1e-99999999999999999999"), "");
}

TEST("numbers beyond a double are read whatever their exponent looks like") {
  for (const char* huge : {"1e+400", "1E+400", "10e400", "0.1e402"}) CHECK_EQUAL(textOf(huge), "Infinity");
  for (const char* tiny : {"1e-400", "1E-400", "0.1e-400"}) CHECK_EQUAL(textOf(tiny), "");
}

TEST("a high surrogate makes a pair with the low one behind it, and with nothing else") {
  CHECK_EQUAL(textOf("\"\\ud83d\\ude00\""), "\xF0\x9F\x98\x80");
  CHECK_EQUAL(textOf("\"\\ud83d\\ud83d\\ude00\""), "\xED\xA0\xBD\xF0\x9F\x98\x80");
  CHECK_EQUAL(textOf("\"\\ud83d\\u0041\""),
              "\xED\xA0\xBD"
              "A");
  CHECK_EQUAL(textOf("\"\\ud83d\\ue000\""), "\xED\xA0\xBD\xEE\x80\x80");
  CHECK_EQUAL(textOf("\"\\ud83d\\n12345\""), "\xED\xA0\xBD\n12345");
  CHECK_EQUAL(textOf("\"\\ud83dabcdef\""),
              "\xED\xA0\xBD"
              "abcdef");
  CHECK_EQUAL(textOf("\"\\ud83d\\n\""), "\xED\xA0\xBD\n");
  CHECK_EQUAL(textOf("\"\\ude00\\ud83d\""), "\xED\xB8\x80\xED\xA0\xBD");
}

TEST("containers have the text JSON.stringify gives for what JSON.parse reads") {
  CHECK_EQUAL(textOf("[ 1.0 , NaN,[],{} ]"), "[1,null,[],{}]");
  CHECK_EQUAL(textOf("{\"b\":1,\"10\":2,\"2\":3,\"b\":-0,\"01\":4}"), "{\"2\":3,\"10\":2,\"b\":0,\"01\":4}");
  CHECK_EQUAL(textOf("{\"4294967294\":1,\"4294967295\":2,\"a\":3,\"0\":4}"),
              "{\"0\":4,\"4294967294\":1,\"4294967295\":2,\"a\":3}");
  CHECK_EQUAL(textOf("[\"\\ud83d\\ude80\\ud83d\\u001F\\/\"]"), "[\"\xF0\x9F\x9A\x80\\ud83d\\u001f/\"]");
}

TEST("a container that JSON.stringify writes as it is needs no rewriting") {
  const std::string manyKeys = [] {
    std::string text = "{";
    for (int i = 0; i < 100; i++) text += "\"k" + std::to_string(i) + "\":[{}],";
    return text + "\"k\":-7}";
  }();
  const std::string deep = std::string(1023, '[') + "{}" + std::string(1023, ']');
  const std::string texts[] = {"{}",
                               "[]",
                               "[{},[],{}]",
                               "[0,-1,123456789012345,true,false,null]",
                               "[\"\",\"a\",\"\xC3\xA9\"]",
                               "{\"a\":{\"a\":1},\"b\":{\"a\":[1]},\"\":0}",
                               manyKeys,
                               deep};
  for (const std::string& text : texts) {
    std::string written;
    lane::appendStringified(text, written);
    CHECK_EQUAL(written, text);
    CHECK(lane::isStringified(text));
  }
}

TEST("a container that JSON.stringify writes in another way is not verbatim") {
  const std::string repeated = [] {
    std::string text = "{";
    for (int i = 0; i < 100; i++) text += "\"k" + std::to_string(i) + "\":1,";
    return text + "\"k50\":2}";
  }();
  const std::string texts[] = {"[ ]",
                               "[1, 2]",
                               "{\"a\" :1}",
                               "[NaN]",
                               "[-Infinity]",
                               "[-0]",
                               "[1.0]",
                               "[1e3]",
                               "[1234567890123456789]",
                               "[\"\\/\"]",
                               "{\"a\":1,\"a\":2}",
                               "[{\"a\":{},\"b\":[1],\"a\":{}}]",
                               "{\"b\":1,\"1\":2}",
                               repeated};
  for (const std::string& text : texts) {
    std::string written;
    lane::appendStringified(text, written);
    CHECK(written != text);
    CHECK(!lane::isStringified(text));
  }
}

TEST("int counts what docs/format.md 4 says and nothing else") {
  const std::pair<const char*, int64_t> cases[] = {{"7", 7},
                                                   {"-7", -7},
                                                   {"7.9", 7},
                                                   {"-7.9", -7},
                                                   {"true", 1},
                                                   {"false", 0},
                                                   {"null", 0},
                                                   {"\"7\"", 7},
                                                   {"\" \\t+7\\n\"", 7},
                                                   {"\"1_000\"", 1000},
                                                   {"\"1__0\"", 0},
                                                   {"\"_1\"", 0},
                                                   {"\"1_\"", 0},
                                                   {"\"-\"", 0},
                                                   {"\"- 1\"", 0},
                                                   {"\"7x\"", 0},
                                                   {"\"\"", 0},
                                                   {"9007199254740991", 9007199254740991},
                                                   {"9007199254740992", 0},
                                                   {"\"9007199254740992\"", 0},
                                                   {"-9007199254740991", -9007199254740991},
                                                   {"1e400", 0},
                                                   {"NaN", 0},
                                                   {"[1]", 0},
                                                   {"1e3", 1000},
                                                   {"\"\\u0037\"", 7},
                                                   {"\"99999999999999999999999\"", 0},
                                                   {"\"1e3\"", 0}};
  for (const auto& [value, expected] : cases) CHECK_EQUAL(lane::intOf(value), expected);
}

TEST("each maximal ill-formed subpart becomes one U+FFFD") {
  const std::string r = "\xEF\xBF\xBD";
  CHECK_EQUAL(decoded("a\xFFz"), "a" + r + "z");
  CHECK_EQUAL(decoded("\xE2\x82"), r);
  CHECK_EQUAL(decoded("\xE2\x82q"), r + "q");
  CHECK_EQUAL(decoded("\xF0\x9F\x9A"), r);
  CHECK_EQUAL(decoded("\xED\xA0\x80"), r + r + r);
  CHECK_EQUAL(decoded("\xC0\xAF"), r + r);
  CHECK_EQUAL(decoded("\xF4\x90\x80\x80"), r + r + r + r);
  CHECK_EQUAL(decoded("\xF0\x9F\x9A\x80\xC3\xA9"), "\xF0\x9F\x9A\x80\xC3\xA9");
}

TEST("a raw text is cut before it is decoded and trimmed after") {
  CHECK_EQUAL(lane::decodeRaw(" \t\v\f\r x \r\f"), "x");
  CHECK_EQUAL(lane::decodeRaw(" \v "), "");
  CHECK_EQUAL(lane::decodeRaw("\xC2\xA0x"), "\xC2\xA0x");
  const std::string cut = lane::decodeRaw(std::string(lane::rawBytesMax - 1, 'a') + "\xC3\xA9");
  CHECK_EQUAL(cut.size(), lane::rawBytesMax - 1 + 3);
}
