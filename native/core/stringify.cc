// A container's text -> JSON.stringify's, recursive, no deeper than `depthMax`.
#include "core/stringify.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/quote.h"
#include "core/words.h"

namespace lane {

namespace {

constexpr uint64_t notAnIndex = UINT64_MAX;

/// ECMAScript's array index ("0" to "4294967294", no leading zero), which objects list before other keys.
uint64_t arrayIndexOf(std::string_view key) {
  if (key.empty() || key.size() > 10 || (key.front() == '0' && key.size() > 1)) return notAnIndex;
  uint64_t index = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return notAnIndex;
    index = index * 10 + static_cast<uint64_t>(c - '0');
  }
  return index < UINT32_MAX ? index : notAnIndex;
}

struct Member {
  uint64_t index;
  std::string key;
  std::string value;
};

/// Reads forward through a text known to be good, so every character found is one that may stand there.
class Stringify {
 public:
  explicit Stringify(Value value) : at_(value.data()) {}

  void value(std::string& out) {
    switch (peek()) {
      case '{': return object(out);
      case '[': return array(out);
      case '"': return appendQuoted(string(), out);
      default: return scalar(out);
    }
  }

 private:
  char peek() {
    while (isJsonSpace(*at_)) at_++;
    return *at_;
  }

  void skip(char expected) {
    if (peek() == expected) at_++;
  }

  std::string string() {
    const char* begin = ++at_;
    while (*at_ != '"') at_ += *at_ == '\\' ? 2 : 1;
    std::string text;
    appendUnescaped(std::string_view(begin, at_++ - begin), text);
    return text;
  }

  void scalar(std::string& out) {
    const char* begin = at_;
    while (*at_ != ',' && *at_ != ']' && *at_ != '}' && !isJsonSpace(*at_)) at_++;
    const Value text(begin, at_ - begin);
    if (!isNumber(text)) {
      out += text;
    } else if (const double number = numberOf(text); std::isfinite(number)) {
      appendNumber(number, out);
    } else {
      out += "null";
    }
  }

  void array(std::string& out) {
    out += '[';
    at_++;
    while (peek() != ']') {
      value(out);
      if (peek() == ',') out += *at_++;
    }
    at_++;
    out += ']';
  }

  void object(std::string& out) {
    std::vector<Member> members;
    std::unordered_map<std::string, size_t> places;
    at_++;
    while (peek() != '}') {
      const std::string key = string();
      skip(':');
      const auto [place, isNew] = places.try_emplace(key, members.size());
      if (isNew) members.push_back({arrayIndexOf(key), key, {}});
      std::string& text = members[place->second].value;
      text.clear();
      value(text);
      skip(',');
    }
    at_++;
    std::stable_sort(members.begin(), members.end(),
                     [](const Member& a, const Member& b) { return a.index < b.index; });
    out += '{';
    for (const Member& member : members) {
      if (&member != &members.front()) out += ',';
      appendQuoted(member.key, out);
      out.append(":").append(member.value);
    }
    out += '}';
  }

  const char* at_;
};

}  // namespace

void appendStringified(Value value, std::string& out) { Stringify(value).value(out); }

}  // namespace lane
