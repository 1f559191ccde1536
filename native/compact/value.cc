// Reads a JSON value by its text alone. Recurses at most `depthMax` deep.
#include "compact/value.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "json/words.h"

namespace lane {

size_t endOfString(Value text, size_t at) {
  const size_t begin = at + 1;
  for (size_t quote = text.find('"', begin); quote != Value::npos; quote = text.find('"', quote + 1)) {
    size_t escape = quote;
    while (escape > begin && text[escape - 1] == '\\') escape--;
    // A quote after an odd number of backslashes is escaped.
    if ((quote - escape) % 2 == 0) return quote + 1;
  }
  return text.size();
}

size_t endOfScalar(Value text, size_t at) {
  while (at < text.size() && text[at] != ',' && text[at] != ']' && text[at] != '}' && !isJsonSpace(text[at])) at++;
  return at;
}

namespace {

class ValueHash {
 public:
  explicit ValueHash(Value text) : text_(text) {}

  uint64_t value() {
    const size_t begin = skipSpaces();
    if (begin >= text_.size()) return 0;
    if (text_[begin] == '{') return object();
    if (text_[begin] == '[') return array();
    if (text_[begin] == '"') return string();
    // Step over a character that begins no value, so that every text has an end.
    at_ = std::max(endOfScalar(text_, begin), begin + 1);
    return hashBytes(text_.substr(begin, at_ - begin), scalarSeed);
  }

 private:
  static constexpr uint64_t scalarSeed = 1;
  static constexpr uint64_t stringSeed = 2;
  static constexpr uint64_t arraySeed = 3;
  static constexpr uint64_t objectSeed = 4;

  size_t skipSpaces() {
    while (at_ < text_.size() && (isJsonSpace(text_[at_]) || text_[at_] == ',' || text_[at_] == ':')) at_++;
    return at_;
  }

  bool atEnd(char close) { return skipSpaces() >= text_.size() || text_[at_] == close; }

  uint64_t string() {
    const size_t begin = at_;
    at_ = endOfString(text_, at_);
    return hashBytes(unescaped(contentOf(text_.substr(begin, at_ - begin)), room_), stringSeed);
  }

  uint64_t array() {
    uint64_t hash = arraySeed;
    at_++;
    while (!atEnd(']')) hash = mix(hash ^ value(), arraySeed ^ hash << 1);
    at_++;
    return hash;
  }

  uint64_t object() {
    std::vector<std::pair<uint64_t, uint64_t>> members;
    at_++;
    while (!atEnd('}')) {
      const uint64_t key = value();
      members.emplace_back(key, value());
    }
    at_++;
    std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    uint64_t hash = objectSeed;
    for (size_t i = 0; i < members.size(); i++) {
      if (i + 1 < members.size() && members[i + 1].first == members[i].first) continue;
      hash = mix(hash ^ members[i].first, objectSeed ^ hash << 1);
      hash = mix(hash ^ members[i].second, objectSeed ^ hash << 1);
    }
    return hash;
  }

  const Value text_;
  size_t at_ = 0;
  std::string room_;
};

/// Returns the index after the value that begins at `at`. Takes no memory, however long the value is.
size_t endOfValue(Value text, size_t at) {
  if (at == text.size()) return at;
  if (text[at] == '"') return endOfString(text, at);
  if (text[at] != '{' && text[at] != '[') return endOfScalar(text, at);
  size_t open = 0;
  while (at < text.size()) {
    const char c = text[at];
    at = c == '"' ? endOfString(text, at) : at + 1;
    if (c == '{' || c == '[') open++;
    if ((c == '}' || c == ']') && --open == 0) break;
  }
  return at;
}

}  // namespace

uint64_t hashOfValue(Value value) { return ValueHash(value).value(); }

Identity identityOfObject(Value object, Arena& arena) {
  Value loopTs;
  Value lane;
  std::string room;
  const auto isBetween = [](char c) { return isJsonSpace(c) || c == ',' || c == ':'; };
  for (size_t at = 1; at < object.size() && object[at] != '}';) {
    const size_t keyEnd = object[at] == '"' ? endOfString(object, at) : at;
    if (keyEnd == at) {
      at++;
      continue;
    }
    const std::string_view key = unescaped(contentOf(object.substr(at, keyEnd - at)), room);
    size_t begin = keyEnd;
    while (begin < object.size() && isBetween(object[begin])) begin++;
    at = endOfValue(object, begin);
    if (key == "loop_ts") loopTs = object.substr(begin, at - begin);
    if (key == "lane") lane = object.substr(begin, at - begin);
  }
  return readIdentity(loopTs, lane, arena);
}

}  // namespace lane
