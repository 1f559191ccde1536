// Reads a JSON value. Recurses once for each container, of which a good text has at most `depthMax` open.
#include "lj/tree.h"

#include <algorithm>

#include "json/good.h"

namespace lane {

namespace {

Tree readValue(GoodText& text);

/// Sorts by the bytes of the keys, which is the order of their code points.
void arrange(std::vector<Member>& members) {
  const auto isBefore = [](const Member& a, const Member& b) { return a.key < b.key; };
  if (!std::is_sorted(members.begin(), members.end(), isBefore)) {
    std::stable_sort(members.begin(), members.end(), isBefore);
  }
  const auto isSame = [](const Member& a, const Member& b) { return a.key == b.key; };
  // `unique` keeps the first of equal members, so it runs from the end.
  const auto kept = std::unique(members.rbegin(), members.rend(), isSame);
  members.erase(members.begin(), kept.base());
}

Tree readObject(GoodText& text) {
  Tree tree{Tree::Kind::object, {}, 0, {}};
  text.skip('{');
  while (!text.skip('}')) {
    std::string key(text.string());
    text.skip(':');
    tree.members.push_back({std::move(key), readValue(text)});
    text.skip(',');
  }
  arrange(tree.members);
  return tree;
}

Tree readArray(GoodText& text) {
  Tree tree{Tree::Kind::array, {}, 0, {}};
  text.skip('[');
  while (!text.skip(']')) {
    tree.members.push_back({{}, readValue(text)});
    text.skip(',');
  }
  return tree;
}

Tree readValue(GoodText& text) {
  const char first = text.peek();
  if (first == '{') return readObject(text);
  if (first == '[') return readArray(text);
  if (first == '"') return {Tree::Kind::string, std::string(text.string()), 0, {}};
  const Value scalar = text.scalar();
  if (isNumber(scalar)) return {Tree::Kind::number, {}, numberOf(scalar), {}};
  return {Tree::Kind::word, std::string(scalar), 0, {}};
}

}  // namespace

Tree readTree(Value container) {
  GoodText text(container);
  return readValue(text);
}

}  // namespace lane
