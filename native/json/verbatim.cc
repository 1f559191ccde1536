// Reads a container's text once. Recurses not at all.
#include "json/verbatim.h"

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"

namespace lane {

namespace {

/// Finds repeated hashes. Keeps its table for the next object.
class Repeats {
 public:
  bool has(std::span<const uint64_t> hashes) { return hashes.size() <= fewMax ? hasAmongFew(hashes) : find(hashes); }

 private:
  /// Comparing each with each is faster than a table for so few.
  static constexpr size_t fewMax = 8;

  static bool hasAmongFew(std::span<const uint64_t> hashes) {
    for (size_t i = 1; i < hashes.size(); i++) {
      for (size_t j = 0; j < i; j++) {
        if (hashes[i] == hashes[j]) return true;
      }
    }
    return false;
  }

  bool find(std::span<const uint64_t> hashes) {
    const size_t mask = std::bit_ceil(2 * hashes.size()) - 1;
    slots_.assign(mask + 1, 0);
    for (const uint64_t hash : hashes) {
      size_t slot = hash & mask;
      for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
        if (slots_[slot] == hash) return true;
      }
      slots_[slot] = hash;
    }
    return false;
  }

  /// Hashes; 0 marks an empty slot.
  std::vector<uint64_t> slots_;
};

class Verbatim {
 public:
  explicit Verbatim(Value container) : at_(container.data()), end_(container.data() + container.size()) {}

  bool run() {
    while (at_ < end_) {
      if (!token()) return false;
    }
    return true;
  }

 private:
  /// Takes a scalar or a character of structure. Returns false if it is, or may be, written in another way.
  bool token() {
    switch (*at_) {
      case '"': return string();
      case '{':
      case '[': return open();
      case '}':
      case ']': return close();
      case ',': at_++; return true;
      case 't':
      case 'n': at_ += 4; return true;
      case 'f': at_ += 5; return true;
      default: return number();
    }
  }

  bool open() {
    // The closing character is two after the opening one in ASCII.
    if (at_[1] == at_[0] + 2) {
      at_ += 2;
      return true;
    }
    if (depth_ == depthMax) return false;
    outer_[depth_++] = keys_.size();
    at_++;
    return true;
  }

  bool close() {
    if (depth_ == 0) return false;
    const size_t outer = outer_[--depth_];
    at_++;
    if (keys_.size() > outer + 1 && repeats_.has(std::span(keys_).subspan(outer))) return false;
    keys_.resize(outer);
    return true;
  }

  bool string() {
    const char* begin = at_ + 1;
    const char* quote = begin;
    while (*quote != '"' && *quote != '\\') quote++;
    if (*quote == '\\') return false;
    at_ = quote + 1;
    if (at_ == end_ || *at_ != ':') return true;
    at_++;
    // An object lists keys that are array indexes first.
    if (isDigit(*begin)) return false;
    // A hash of 0 would mark an empty slot.
    keys_.push_back(hashBytes(textBetween(begin, quote), hashSeed) | 1);
    return true;
  }

  /// Takes a whole number of few digits. Anything else that may begin here is written in another way, or may be.
  bool number() {
    constexpr size_t exactDigits = 15;
    const char* digits = *at_ == '-' ? at_ + 1 : at_;
    const char* after = skipDigits(digits, end_);
    const size_t count = bytesBetween(digits, after);
    const bool isWhole = after < end_ && *after != '.' && *after != 'e' && *after != 'E';
    const bool isNegativeZero = digits != at_ && *digits == '0';
    if (count == 0 || count > exactDigits || !isWhole || isNegativeZero) return false;
    at_ = after;
    return true;
  }

  const char* at_;
  const char* const end_;
  size_t depth_ = 0;
  /// For each open container, the number of keys of the containers around it.
  std::array<size_t, depthMax> outer_;
  /// The hashes of the keys of the open objects.
  std::vector<uint64_t> keys_;
  Repeats repeats_;
};

}  // namespace

bool isStringified(Value container) { return Verbatim(container).run(); }

}  // namespace lane
