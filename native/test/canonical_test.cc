// Tests canonical texts and the hash of a value, which must not depend on how the value is spelled.
#include "compact/canonical.h"

#include <string>

#include "compact/value.h"
#include "test/check.h"

namespace {

std::string canonical(std::string_view text) {
  std::string out;
  lane::appendCanonical(text, out);
  return out;
}

}  // namespace

TEST("a canonical text has sorted keys, the last of repeated keys, and one spelling of strings and spaces") {
  CHECK_EQUAL(canonical("{\"b\":1,\"a\":[1,2,{}],\"a\":[ ]}"), "{\"a\": [], \"b\": 1}");
  CHECK_EQUAL(canonical("[1.0,-0,1E5,NaN,-Infinity]"), "[1.0, -0, 1E5, NaN, -Infinity]");
  CHECK_EQUAL(canonical("{\"\\u0061\":\"\\u00e9\\/\\u001F\"}"), "{\"a\": \"\xC3\xA9/\\u001f\"}");
  CHECK_EQUAL(canonical("\"\xE2\x80\xA8\xC2\x85\""), "\"\\u2028\\u0085\"");
  CHECK_EQUAL(canonical("{\"b\":{\"d\":[[{\"f\":1,\"e\":2}]],\"c\":3},\"a\":4}"),
              "{\"a\": 4, \"b\": {\"c\": 3, \"d\": [[{\"e\": 2, \"f\": 1}]]}}");
}

TEST("a lease that is already canonical is not copied, and one of more than a mebibyte stays as it is") {
  std::string room;
  const std::string plain = "{\"a\": [1, {\"b\": \"c\"}], \"d\": null}";
  CHECK(lane::compactedLease(plain, room).data() == plain.data());
  const std::string longText = "{\"z\":\"" + std::string(1024 * 1024, 'x') + "\",\"a\":1}";
  CHECK(lane::compactedLease(longText, room).data() == longText.data());
  CHECK_EQUAL(lane::compactedLease("{\"z\":1,\"a\":2}", room), "{\"a\": 2, \"z\": 1}");
}

TEST("the depth of a text counts its open containers and no brackets in strings") {
  CHECK_EQUAL(lane::depthOf("{\"a[\":[[]],\"b\":{}}"), size_t{3});
  CHECK_EQUAL(lane::depthOf("1"), size_t{0});
}

TEST("the hash of a value depends on the value alone") {
  const uint64_t hash = lane::hashOfValue("{\"a\": [1, \"x\"], \"b\": null}");
  CHECK_EQUAL(lane::hashOfValue("{\"b\":null,\"a\":[0],\"\\u0061\":[1,\"\\u0078\"]}"), hash);
  for (const char* other : {"{\"a\": [1, \"x\"], \"b\": 0}", "{\"a\": [\"x\", 1], \"b\": null}", "{\"a\": [1, \"x\"]}",
                            "{\"a\": [1, \"y\"], \"b\": null}", "{\"a\": [1], \"b\": \"x\"}",
                            "{\"a\": [1.0, \"x\"], \"b\": null}", "[\"a\", [1, \"x\"], \"b\", null]"}) {
    CHECK(lane::hashOfValue(other) != hash);
  }
}

TEST("no byte outside a text is read, even if the text is not JSON") {
  for (const char* text :
       {"", "\"", "{", "[", "{\"", "{\"a", "{\"a\"", "{\"a\":", "[1", "\"\\", "{\"a\":[}", "]", "{]}"}) {
    const std::string copy(text);
    lane::hashOfValue(copy);
    lane::depthOf(copy);
    lane::endOfString(copy, 0);
  }
}
