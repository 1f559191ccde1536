// What a scan reports beyond the entries (SPEC 3).
#pragma once

#include <string>
#include <vector>

#include "core/line.h"

namespace lane {

/// How often, and where the first 1,000 are.
class Finding {
 public:
  void add(Place place) {
    if (count_++ < listedMax) first_.push_back(place);
  }
  /// Adds what a piece that begins at line `lineBase` found, its lines counted from there.
  void add(const Finding& piece, uint64_t lineBase) {
    for (const Place& place : piece.first_) {
      if (first_.size() < listedMax) first_.push_back({place.line + lineBase, place.offset});
    }
    count_ += piece.count_;
  }
  /// So many more of which the places are not known.
  void addUnlisted(uint64_t count) { count_ += count; }
  uint64_t count() const { return count_; }
  const std::vector<Place>& first() const { return first_; }
  void clear() {
    count_ = 0;
    first_.clear();
  }
  /// Appends `{"count":N,"first":[{"line":N,"offset":N}]}`.
  void appendTo(std::string& out) const;

 private:
  static constexpr uint64_t listedMax = 1000;
  uint64_t count_ = 0;
  std::vector<Place> first_;
};

struct Findings {
  void clear();
  void add(const Findings& piece, uint64_t lineBase);

  Finding corrupt;
  Finding nonObjects;
  Finding illFormedUtf8;
  Finding repeatedKeys;
  Finding oddSeq;
  Finding heartbeatBack;
};

/// Appends `"line":N,"offset":N`.
void appendPlace(Place place, std::string& out);

}  // namespace lane
