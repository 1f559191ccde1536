// A line -> an entry's fields, or why it is none.
#include "core/entry.h"

#include <algorithm>
#include <vector>

#include "core/decode.h"
#include "core/op.h"
#include "core/quote.h"
#include "core/words.h"

namespace lane {

namespace {

bool isBlank(std::string_view bytes) { return std::all_of(bytes.begin(), bytes.end(), isJsonSpace); }

/// True if two children have one key, compared as decoded. A filter of 64 bits spares ordinary lines the sort.
bool repeats(const std::vector<Child>& children, bool hasEscapes) {
  uint64_t seen = 0;
  bool suspect = hasEscapes;
  for (const Child& child : children) {
    const std::string_view key = child.key;
    const size_t mixed = key.empty() ? 0
                                     : key.size() * 7 + static_cast<uint8_t>(key.front()) * 31 +
                                           static_cast<uint8_t>(key.back()) * 5 +
                                           static_cast<uint8_t>(key[key.size() / 2]) * 11;
    const uint64_t bit = uint64_t{1} << (mixed & 63);
    suspect |= (seen & bit) != 0;
    seen |= bit;
  }
  if (!suspect) return false;
  std::vector<std::string> decoded;
  decoded.reserve(children.size());
  for (const Child& child : children) appendUnescaped(child.key, decoded.emplace_back());
  std::sort(decoded.begin(), decoded.end());
  return std::adjacent_find(decoded.begin(), decoded.end()) != decoded.end();
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
  if (repeats(json_.children(), json_.hasEscapes())) return true;
  const Value lease = fields_[Field::lease];
  if (!isObject(lease)) return false;
  leaseJson_.parse(lease);
  return repeats(leaseJson_.children(), leaseJson_.hasEscapes());
}

void appendSentinel(std::string_view lineHead, uint64_t lineNumber, std::string& out) {
  out.append("{\"op\":\"").append(corruptOp).append("\",\"_raw\":");
  appendQuoted(decodeRaw(lineHead), out);
  out.append(",\"_line\":").append(std::to_string(lineNumber)).append("}");
}

}  // namespace lane
