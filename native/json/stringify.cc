// Rewrites a container's text as JSON.stringify would write its value. Recurses at most `depthMax` deep.
#include "json/stringify.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "base/hash.h"
#include "base/hash_index.h"
#include "base/number.h"
#include "base/quote.h"
#include "json/good.h"
#include "json/words.h"

namespace lane {

namespace {

constexpr uint64_t notAnIndex = UINT64_MAX;

/// Returns the value of an ECMAScript array index ("0" to "4294967294" without leading zeros), which objects list
/// before other keys.
uint64_t arrayIndexOf(std::string_view key) {
  if (key.empty() || key.size() > 10 || (key.front() == '0' && key.size() > 1)) return notAnIndex;
  uint64_t index = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return notAnIndex;
    index = index * 10 + static_cast<uint64_t>(c - '0');
  }
  return index < UINT32_MAX ? index : notAnIndex;
}

/// Returns whether JSON.stringify writes the number as it is: it has so few digits that they are exact, no exponent,
/// and no zero that would be omitted.
bool isCanonical(Value number) {
  constexpr size_t exactDigits = 15;
  const std::string_view text = number.front() == '-' ? number.substr(1) : number;
  const size_t point = text.find('.');
  const bool isWhole = point == std::string_view::npos;
  const bool isPlain = std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || isDigit(c); });
  if (!isPlain || text.size() > exactDigits) return false;
  if (isWhole) return text != "0" || text.size() == number.size();
  // JSON.stringify writes a number below 0.000001 with an exponent.
  return text.back() != '0' && text.substr(0, 7) != "0.00000";
}

/// Holds written text whose parts are read in another order. Reordering members moves no text, so the cost of a byte
/// does not depend on the number of containers around it.
class Rope {
 public:
  /// A part of the text, and the number of the piece that is read after it.
  struct Piece {
    size_t begin;
    size_t end;
    uint32_t next;
  };
  /// Pieces that are read one after the other.
  struct Chain {
    uint32_t first = none;
    uint32_t last = none;
  };
  static constexpr uint32_t none = UINT32_MAX;

  /// The text to append to before `take` is called.
  std::string& text() { return text_; }

  /// Adds the text written from `begin` on to the end of the chain.
  void take(Chain& chain, size_t begin) {
    if (chain.last != none && pieces_[chain.last].end == begin) {
      pieces_[chain.last].end = text_.size();
      return;
    }
    const auto number = static_cast<uint32_t>(pieces_.size());
    pieces_.push_back({begin, text_.size(), none});
    (chain.last == none ? chain.first : pieces_[chain.last].next) = number;
    chain.last = number;
  }

  void put(Chain& chain, std::string_view written) {
    text_ += written;
    take(chain, text_.size() - written.size());
  }

  /// Appends a comma and the member. Reuses the comma that was written before the member if it is still in place.
  void joinMember(Chain& chain, const Chain& member) {
    Piece& last = pieces_[chain.last];
    if (last.end + 1 == pieces_[member.first].begin && text_[last.end] == ',') {
      last.end++;
    } else {
      put(chain, ",");
    }
    join(chain, member);
  }

  void join(Chain& chain, const Chain& other) {
    Piece& last = pieces_[chain.last];
    const Piece& first = pieces_[other.first];
    if (last.end != first.begin) {
      last.next = other.first;
      chain.last = other.last;
      return;
    }
    last.end = first.end;
    last.next = first.next;
    if (other.first != other.last) chain.last = other.last;
  }

  size_t pieceCount() const { return pieces_.size(); }
  /// Drops the pieces from number `count` on, if none of them belongs to the chain.
  void trim(const Chain& chain, size_t count) {
    if (chain.last < count) pieces_.resize(count);
  }

  void appendTo(std::string& out, const Chain& chain) const {
    for (uint32_t at = chain.first; at != none; at = pieces_[at].next) {
      out.append(text_, pieces_[at].begin, pieces_[at].end - pieces_[at].begin);
    }
  }

 private:
  std::string text_;
  std::vector<Piece> pieces_;
};

struct Member {
  uint64_t index;
  size_t keyBegin;  // offset in the rope's text; the key includes its quotes
  size_t keyEnd;
  Rope::Chain chain;
};

class Stringify {
 public:
  explicit Stringify(Value value) : text_(value) { rope_.text().reserve(value.size()); }

  void appendTo(std::string& out) {
    Rope::Chain chain;
    value(chain);
    rope_.appendTo(out, chain);
  }

 private:
  void value(Rope::Chain& chain) {
    const size_t begin = rope_.text().size();
    switch (text_.peek()) {
      case '{': return object(chain);
      case '[': return array(chain);
      case '"': appendQuoted(text_.string(), rope_.text()); break;
      default: scalar(rope_.text());
    }
    rope_.take(chain, begin);
  }

  void scalar(std::string& out) {
    const Value text = text_.scalar();
    if (!isNumber(text) || isCanonical(text)) {
      out += text;
    } else if (const double number = numberOf(text); std::isfinite(number)) {
      appendNumber(number, out);
    } else {
      out += "null";
    }
  }

  void array(Rope::Chain& chain) {
    rope_.put(chain, "[");
    text_.skip('[');
    while (!text_.skip(']')) {
      value(chain);
      if (text_.skip(',')) rope_.put(chain, ",");
    }
    rope_.put(chain, "]");
  }

  void object(Rope::Chain& chain) {
    text_.skip('{');
    if (text_.skip('}')) return rope_.put(chain, "{}");
    rope_.put(chain, "{");
    const size_t pieces = rope_.pieceCount();
    const size_t outer = members_.size();
    while (!text_.skip('}')) {
      members_.push_back(member());
      if (text_.skip(',')) rope_.text() += ',';
    }
    arrange(outer);
    for (size_t i = outer; i < members_.size(); i++) {
      if (i == outer) {
        rope_.join(chain, members_[i].chain);
      } else {
        rope_.joinMember(chain, members_[i].chain);
      }
    }
    members_.resize(outer);
    rope_.put(chain, "}");
    rope_.trim(chain, pieces);
  }

  Member member() {
    Member member{};
    std::string& text = rope_.text();
    member.keyBegin = text.size();
    const std::string_view key = text_.string();
    member.index = arrayIndexOf(key);
    appendQuoted(key, text);
    member.keyEnd = text.size();
    text_.skip(':');
    text += ':';
    rope_.take(member.chain, member.keyBegin);
    value(member.chain);
    return member;
  }

  /// Orders the members from number `outer` on as JavaScript does: array indexes first, by number, then the other keys.
  /// A repeated key keeps its first place and its last value.
  void arrange(size_t outer) {
    const std::span members = std::span(members_).subspan(outer);
    if (members.size() < 2) return;
    if (members.size() <= fewMax ? joinRepeatsOfFew(members) : joinRepeats(members)) {
      const auto isDropped = [](const Member& member) { return member.chain.first == Rope::none; };
      members_.erase(std::remove_if(members_.begin() + static_cast<std::ptrdiff_t>(outer), members_.end(), isDropped),
                     members_.end());
    }
    sort(outer);
  }

  void sort(size_t outer) {
    const auto first = members_.begin() + static_cast<std::ptrdiff_t>(outer);
    const auto byIndex = [](const Member& a, const Member& b) { return a.index < b.index; };
    if (std::is_sorted(first, members_.end(), byIndex)) return;
    if (members_.end() - first > static_cast<std::ptrdiff_t>(fewMax)) {
      std::stable_sort(first, members_.end(), byIndex);
      return;
    }
    // Inserts each into the sorted ones before it, which unlike std::stable_sort takes no memory.
    for (auto next = first + 1; next != members_.end(); next++) {
      std::rotate(std::upper_bound(first, next, *next, byIndex), next, next + 1);
    }
  }

  std::string_view keyOf(const Member& member) {
    return std::string_view(rope_.text()).substr(member.keyBegin, member.keyEnd - member.keyBegin);
  }

  /// Moves the value of a repeated key to its first place. Returns whether there was one; its chain is then empty.
  bool joinRepeatsOfFew(std::span<Member> members) {
    bool repeats = false;
    for (size_t i = 1; i < members.size(); i++) {
      for (size_t j = 0; j < i; j++) {
        if (keyOf(members[i]) != keyOf(members[j])) continue;
        members[j].chain = members[i].chain;
        members[i].chain.first = Rope::none;
        repeats = true;
        break;
      }
    }
    return repeats;
  }

  /// Does the same in time that is linear in the members.
  bool joinRepeats(std::span<Member> members) {
    index_.reset(std::bit_ceil(2 * members.size()));
    bool repeats = false;
    for (uint32_t i = 0; i < members.size(); i++) {
      const std::string_view key = keyOf(members[i]);
      const auto isSame = [&](uint32_t other) { return keyOf(members[other]) == key; };
      const size_t slot = index_.locate(hashBytes(key, hashSeed), isSame);
      if (index_.isEmpty(slot)) {
        index_.put(slot, i);
      } else {
        members[index_.numberIn(slot)].chain = members[i].chain;
        members[i].chain.first = Rope::none;
        repeats = true;
      }
    }
    return repeats;
  }

  /// For so few members, comparing each with each is faster than a table.
  static constexpr size_t fewMax = 8;

  GoodText text_;
  Rope rope_;
  /// The members read so far of the open objects, the outermost object's first.
  std::vector<Member> members_;
  /// The members of one object, by key.
  HashIndex index_;
};

}  // namespace

void appendStringified(Value value, std::string& out) { Stringify(value).appendTo(out); }

}  // namespace lane
