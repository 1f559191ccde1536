// Tests the ordered map of identities.
#include "fold/live.h"

#include <map>
#include <random>
#include <string>

#include "json/json.h"
#include "test/check.h"

TEST("an identity map agrees with an ordered list under random use") {
  std::mt19937 random(7);
  lane::IdentityMap<int> map;
  std::vector<std::pair<std::string, int>> list;
  const auto placeOf = [&](const std::string& key) {
    return std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.first == key; });
  };
  for (int round = 0; round < 20000; round++) {
    const std::string key = std::to_string(random() % 300);
    const lane::Identity identity{std::string_view(key).substr(0, 1), std::string_view(key).substr(1)};
    const auto place = placeOf(key);
    if (random() % 2 == 0) {
      map.at(identity, lane::hashOf(identity)) = round;
      if (place == list.end()) {
        list.emplace_back(key, round);
      } else {
        place->second = round;
      }
    } else {
      map.erase(identity, lane::hashOf(identity));
      if (place != list.end()) list.erase(place);
    }
    if (random() % 5000 == 0) map.clear(), list.clear();
    CHECK_EQUAL(map.size(), list.size());
  }
  const auto ordered = map.inOrder();
  for (size_t i = 0; i < list.size(); i++) {
    CHECK_EQUAL(ordered[i]->texts, list[i].first);
    CHECK_EQUAL(ordered[i]->value, list[i].second);
  }
}

TEST("the border between loop_ts and lane is part of an identity") {
  lane::IdentityMap<int> map;
  const auto find = [&](lane::Identity identity) { return map.find(identity, lane::hashOf(identity)); };
  map.at({"ab", "c"}, lane::hashOf({"ab", "c"})) = 1;
  CHECK(find({"a", "bc"}) == nullptr);
  CHECK(find({"abc", ""}) == nullptr);
  CHECK(find({"ab", "c"}) != nullptr);
}

TEST("fields set on a lease follow its own, each once, in order of first setting") {
  lane::Lease lease;
  lease.assign("{\"pid\":1.0 }", {});
  lease.set(lane::Lease::Owned::heartbeatAt, "\"x\"");
  lease.set(lane::Lease::Owned::pid, "2");
  lease.set(lane::Lease::Owned::heartbeatAt, "\"y\"");
  std::string text;
  lease.appendTo(text);
  CHECK_EQUAL(text, "{\"pid\":1.0 ,\"heartbeat_at\":\"y\",\"pid\":2}");
  lease.assign("{}", {});
  lease.set(lane::Lease::Owned::holder, "\"h\"");
  text.clear();
  lease.appendTo(text);
  CHECK_EQUAL(text, "{\"holder\":\"h\"}");
}

TEST("a lease of 200,000 members is restored, with the last value of a field that is set later") {
  std::string text = "{\"pid\":1";
  for (int i = 0; i < 200'000; i++) text += ",\"a\":2";
  text += ",\"pid\":3}\n";
  lane::JsonText object;
  CHECK(object.parse(std::string_view(text).substr(0, text.size() - 1)) == lane::Verdict::good);
  lane::Lease lease;
  // Comparing every member with every other would take hours.
  lease.restore(object, {});
  std::string restored;
  lease.appendTo(restored);
  CHECK_EQUAL(restored.substr(0, 13), "{\"pid\":3,\"a\":");
  CHECK_EQUAL(restored.size(), text.size() - 9);
}
