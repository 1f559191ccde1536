// Reads a line into the fields of its entry, or determines why the line has none.
#include "fold/entry.h"

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

#include "base/decode.h"
#include "base/quote.h"
#include "fold/op.h"
#include "fold/refusal.h"
#include "json/words.h"

namespace lane {

namespace {

bool isBlank(std::string_view bytes) { return std::all_of(bytes.begin(), bytes.end(), isJsonSpace); }

/// Combines what differs between most keys: the length and three of the characters.
uint32_t tagOf(std::string_view key) {
  if (key.empty()) return 0;
  const auto byteAt = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(key[i])); };
  return static_cast<uint32_t>(key.size()) << 24 ^ byteAt(0) << 16 ^ byteAt(key.size() / 2) << 8 ^
         byteAt(key.size() - 1);
}

/// Returns whether two of the keys are equal.
bool hasTwice(std::vector<std::string_view>& keys) {
  constexpr size_t pairwiseMax = 48;  // with more keys, sorting is faster than comparing each pair
  if (keys.size() > pairwiseMax) {
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
  }
  std::array<uint32_t, pairwiseMax> tags;
  for (size_t i = 0; i < keys.size(); i++) {
    tags[i] = tagOf(keys[i]);
    for (size_t earlier = 0; earlier < i; earlier++) {
      if (tags[earlier] == tags[i] && keys[earlier] == keys[i]) return true;
    }
  }
  return false;
}

/// Returns whether two children have the same key after decoding.
bool repeats(const std::vector<Child>& children, bool hasEscapes, std::vector<std::string_view>& keys) {
  keys.clear();
  std::deque<std::string> decoded;
  for (const Child& child : children) {
    const bool isPlain = !hasEscapes || child.key.find('\\') == std::string_view::npos;
    if (!isPlain) appendUnescaped(child.key, decoded.emplace_back());
    keys.push_back(isPlain ? child.key : decoded.back());
  }
  return hasTwice(keys);
}

}  // namespace

LineKind EntryReader::read(const Line& line, Arena& arena) {
  wasIllFormed_ = false;
  if (line.overlong) return LineKind::unparseable;
  if (isBlank(line.bytes)) return LineKind::blank;
  if (parse(line.bytes, arena) != Verdict::good) return LineKind::unparseable;
  if (!isObject(json_.root())) return LineKind::nonObject;
  fields_.collect(json_);
  return LineKind::entry;
}

Verdict EntryReader::parse(std::string_view bytes, Arena& arena) {
  text_ = bytes;
  const Verdict verdict = json_.parse(bytes);
  if (verdict != Verdict::illFormed) return verdict;
  wasIllFormed_ = true;
  decoded_.clear();
  appendDecoded(bytes, decoded_);
  text_ = arena.keep(decoded_);
  return json_.parse(text_);
}

bool EntryReader::repeatsKeys() {
  if (repeats(json_.children(), json_.hasEscapes(), keys_)) return true;
  const Value lease = fields_[Field::lease];
  if (!isObject(lease)) return false;
  leaseJson_.parse(lease);
  return repeats(leaseJson_.children(), leaseJson_.hasEscapes(), keys_);
}

bool EntryReader::admitsRefusal() const {
  if (saysRefused(fields_[Field::reason])) return true;
  const Value lease = fields_[Field::lease];
  return isObject(lease) && saysRefused(memberOf(lease, Field::reason));
}

void appendSentinel(std::string_view lineHead, uint64_t lineNumber, std::string& out) {
  out.append("{\"op\":\"").append(corruptOp).append("\",\"_raw\":");
  appendQuoted(decodeRaw(lineHead), out);
  out.append(",\"_line\":").append(std::to_string(lineNumber)).append("}");
}

}  // namespace lane
