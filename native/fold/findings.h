// Collects the findings that a scan reports (docs/format.md 3).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/line.h"

namespace lane {

/// The number of occurrences of one finding, and the first 1,000 places.
class Finding {
 public:
  void add(Place place) {
    if (count_++ < listedMax) first_.push_back(place);
  }
  /// Adds the finding of a piece. The piece begins at line `lineBase` and counts its lines from there.
  void add(const Finding& piece, uint64_t lineBase) {
    for (const Place& place : piece.first_) {
      if (first_.size() < listedMax) first_.push_back({place.line + lineBase, place.offset});
    }
    count_ += piece.count_;
  }
  /// Adds occurrences whose places are unknown.
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

/// The findings that belong to single lines, in the order in which a scan and a snapshot list them.
enum class FindingKind : uint8_t {
  corrupt,
  nonObjects,
  illFormedUtf8,
  repeatedKeys,
  oddSeq,
  heartbeatBack,
  seqBack,
  tsBack,
  strayEnd,
  strayBeat,
  refusedAcquire,
};

/// The names of the findings in answers and snapshots, by FindingKind.
inline constexpr std::array<std::string_view, 11> findingNames = {
    "corrupt", "nonObjects", "illFormedUtf8", "repeatedKeys", "oddSeq",        "heartbeatBack",
    "seqBack", "tsBack",     "strayEnd",      "strayBeat",    "refusedAcquire"};
inline constexpr size_t findingCount = findingNames.size();
static_assert(findingCount == static_cast<size_t>(FindingKind::refusedAcquire) + 1, "each finding has a name");

constexpr FindingKind findingAt(size_t index) { return static_cast<FindingKind>(index); }

class Findings {
 public:
  Finding& operator[](FindingKind kind) { return lists_[static_cast<size_t>(kind)]; }
  const Finding& operator[](FindingKind kind) const { return lists_[static_cast<size_t>(kind)]; }
  void add(FindingKind kind, Place place) { (*this)[kind].add(place); }
  /// Like Finding::add, for every kind.
  void add(const Findings& piece, uint64_t lineBase);
  void clear();

 private:
  std::array<Finding, findingCount> lists_;
};

/// Appends `"line":N,"offset":N`.
void appendPlace(Place place, std::string& out);

}  // namespace lane
