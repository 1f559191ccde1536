// Rewrites a JSON value as its canonical text. Reads each byte a bounded number of times, at any depth.
#include "compact/canonical.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "base/arena.h"
#include "base/quote.h"
#include "compact/value.h"
#include "json/words.h"

namespace lane {

namespace {

/// A longer lease is written as it is, as src/compact/canonical.ts does.
constexpr size_t rewrittenUnitsMax = 1024 * 1024;

/// Characters at which the reference breaks a line, and their escapes (docs/format.md 8).
struct LineEnd {
  std::string_view bytes;
  std::string_view escape;
};
constexpr LineEnd lineEnds[] = {{"\xC2\x85", "\\u0085"}, {"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"}};

const LineEnd* lineEndAt(std::string_view text, size_t at) {
  for (const LineEnd& end : lineEnds) {
    if (text.substr(at, end.bytes.size()) == end.bytes) return &end;
  }
  return nullptr;
}

bool mayHaveLineEnd(char c) { return c == '\xC2' || c == '\xE2'; }

/// Returns whether a string's text may not be canonical: it has an escape or one of the reference's line ends.
bool mayDiffer(std::string_view text) {
  for (size_t at = 0; at < text.size(); at++) {
    if (text[at] == '\\') return true;
    if (mayHaveLineEnd(text[at]) && lineEndAt(text, at) != nullptr) return true;
  }
  return false;
}

void appendString(Value string, std::string& out) {
  if (!mayDiffer(string)) {
    out += string;
    return;
  }
  std::string room;
  appendCanonicalString(unescaped(contentOf(string), room), out);
}

struct Container {
  size_t end = 0;       // the index after its closing character
  uint32_t inside = 0;  // the number of containers in it
};

/// Lists the containers of a text in the order in which they open.
std::vector<Container> listContainers(Value text) {
  std::vector<Container> containers;
  std::vector<uint32_t> open;
  for (size_t at = 0; at < text.size(); at++) {
    const char c = text[at];
    if (c == '"') {
      at = endOfString(text, at) - 1;
    } else if (c == '{' || c == '[') {
      open.push_back(static_cast<uint32_t>(containers.size()));
      containers.emplace_back();
    } else if ((c == '}' || c == ']') && !open.empty()) {
      Container& closed = containers[open.back()];
      closed.end = at + 1;
      closed.inside = static_cast<uint32_t>(containers.size() - 1 - open.back());
      open.pop_back();
    }
  }
  return containers;
}

class CanonicalWriter {
 public:
  CanonicalWriter(Value text, std::string& out) : text_(text), containers_(listContainers(text)), out_(out) {}

  void write() { value(); }

 private:
  struct Member {
    std::string_view key;  // decoded
    Value quoted;          // as it is written
    size_t value;          // the index at which the value begins
    uint32_t container;    // the number of the first container from there on
  };

  char peek() {
    while (at_ < text_.size() && isJsonSpace(text_[at_])) at_++;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool skip(char expected) {
    if (peek() != expected) return false;
    at_++;
    return true;
  }

  void value() {
    switch (peek()) {
      case '{': return object();
      case '[': return array();
      default: break;
    }
    const size_t begin = at_;
    skipScalar();
    const Value scalar = text_.substr(begin, at_ - begin);
    if (isString(scalar)) {
      appendString(scalar, out_);
    } else {
      out_ += scalar;
    }
  }

  void skipScalar() { at_ = text_[at_] == '"' ? endOfString(text_, at_) : endOfScalar(text_, at_); }

  void skipContainer() {
    const Container& skipped = containers_.at(container_);
    at_ = skipped.end;
    container_ += 1 + skipped.inside;
  }

  void skipValue() {
    const char first = peek();
    if (first == '{' || first == '[') {
      skipContainer();
    } else if (first != '\0') {
      skipScalar();
    }
  }

  void array() {
    out_ += '[';
    at_++;
    container_++;
    while (at_ < text_.size() && peek() != ']') {
      value();
      if (skip(',')) out_ += ", ";
    }
    at_++;
    out_ += ']';
  }

  void object() {
    const uint32_t own = container_;
    std::vector<Member> members = readMembers();
    const auto byKey = [](const Member& a, const Member& b) { return a.key < b.key; };
    if (!std::is_sorted(members.begin(), members.end(), byKey)) {
      std::stable_sort(members.begin(), members.end(), byKey);
    }
    out_ += '{';
    bool follows = false;
    for (size_t i = 0; i < members.size(); i++) {
      const Member& member = members[i];
      // Of repeated keys, the last counts.
      if (i + 1 < members.size() && members[i + 1].key == member.key) continue;
      if (follows) out_ += ", ";
      follows = true;
      appendString(member.quoted, out_);
      out_ += ": ";
      at_ = member.value;
      container_ = member.container;
      value();
    }
    out_ += '}';
    container_ = own;
    skipContainer();
  }

  /// Reads the keys of the object that begins here. Steps over the values.
  std::vector<Member> readMembers() {
    std::vector<Member> members;
    at_++;
    container_++;
    while (peek() == '"') {
      const size_t begin = at_;
      at_ = endOfString(text_, at_);
      const Value quoted = text_.substr(begin, at_ - begin);
      std::string room;
      const std::string_view key = unescaped(contentOf(quoted), room);
      skip(':');
      peek();
      members.push_back({key.data() == room.data() ? keys_.keep(key) : key, quoted, at_, container_});
      skipValue();
      skip(',');
    }
    return members;
  }

  const Value text_;
  const std::vector<Container> containers_;
  std::string& out_;
  size_t at_ = 0;
  uint32_t container_ = 0;  // the number of the next container
  Arena keys_;
};

/// Returns whether an object's text is canonical, and false if that would take long to tell. Most leases are.
bool isCanonical(Value text) {
  constexpr size_t depthKnown = 8;
  std::string_view keys[depthKnown];  // the last key of each open object
  size_t open = 0;
  const auto isSpaced = [&](size_t at) {
    return at + 1 < text.size() && text[at] == ' ' && static_cast<uint8_t>(text[at + 1]) > ' ';
  };
  if (mayDiffer(text)) return false;
  for (size_t at = 0; at < text.size(); at++) {
    const char c = text[at];
    if (c == '"') {
      const size_t end = text.find('"', at + 1);
      if (end == Value::npos || open == 0) return false;
      const std::string_view key = text.substr(at + 1, end - at - 1);
      at = end;
      if (end + 1 == text.size() || text[end + 1] != ':') continue;
      std::string_view& last = keys[open - 1];
      if ((last.data() != nullptr && last >= key) || !isSpaced(end + 2)) return false;
      last = key;
      at = end + 2;
    } else if (c == '{' || c == '[') {
      if (open == depthKnown) return false;
      keys[open++] = {};
    } else if (c == '}' || c == ']') {
      if (open == 0) return false;
      open--;
    } else if (c == ',') {
      if (!isSpaced(at + 1)) return false;
      at++;
    } else if (isJsonSpace(c) || c == ':') {
      return false;
    }
  }
  return open == 0;
}

/// Returns the number of UTF-16 code units, which is the length of a string in JavaScript.
size_t unitsOf(std::string_view text) {
  size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

}  // namespace

void appendCanonicalString(std::string_view text, std::string& out) {
  const size_t begin = out.size();
  appendQuoted(text, out);
  if (std::none_of(text.begin(), text.end(), mayHaveLineEnd)) return;
  const std::string quoted = out.substr(begin);
  out.resize(begin);
  for (size_t at = 0; at < quoted.size(); at++) {
    const LineEnd* end = mayHaveLineEnd(quoted[at]) ? lineEndAt(quoted, at) : nullptr;
    if (end == nullptr) {
      out += quoted[at];
      continue;
    }
    out += end->escape;
    at += end->bytes.size() - 1;
  }
}

void appendCanonical(Value value, std::string& out) { CanonicalWriter(value, out).write(); }

size_t depthOf(Value value) {
  size_t open = 0;
  size_t depth = 0;
  for (size_t at = 0; at < value.size(); at++) {
    const char c = value[at];
    if (c == '"') {
      at = endOfString(value, at) - 1;
    } else if (c == '{' || c == '[') {
      depth = std::max(depth, ++open);
    } else if ((c == '}' || c == ']') && open > 0) {
      open--;
    }
  }
  return depth;
}

std::string_view compactedLease(Value lease, std::string& room) {
  if (lease.size() > rewrittenUnitsMax && unitsOf(lease) > rewrittenUnitsMax) return lease;
  if (isCanonical(lease)) return lease;
  room.clear();
  appendCanonical(lease, room);
  if (lease == room || hashOfValue(lease) == hashOfValue(room)) return room;
  throw std::runtime_error("a lease that was rewritten: expected " + std::string(lease) + ", found " + room);
}

}  // namespace lane
