// Folds successive lines without knowing what precedes them, so that the result can be joined to any earlier state.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/line.h"
#include "fold/entry.h"
#include "fold/findings.h"
#include "fold/fold.h"
#include "fold/order.h"
#include "match/shape.h"
#include "scan/counts.h"
#include "scan/piece.h"
#include "scan/piece_checks.h"

namespace lane {

/// `replay` provides leases, generations and numbering; `scan` also counts and reports findings. Both validate every
/// line.
enum class FoldKind : uint8_t {
  replay,
  scan
};

/// The result of folding some successive lines. Line numbers of places are counted from the first of them.
class Lines {
 public:
  using Config = FoldKind;

  explicit Lines(FoldKind kind) : kind_(kind) {}

  void clear();
  /// Folds a line that `entry` has read as `kind`, which must not be `unparseable`.
  void add(LineKind kind, const Line& line, EntryReader& entry, Arena& arena);
  void add(MatchedLine& line, Place place, Arena& arena);
  /// `text`: the line without its LF; empty if memory does not hold it.
  void addSentinel(Place place, uint64_t fileBytes, std::string_view text);
  /// Ends the lines. `text` holds their bytes, from offset `begin` to `end`; empty if memory does not hold all of them.
  void finish(std::string_view text, uint64_t begin, uint64_t end);

  /// The runs in order. The first CHECKPOINT begins a new run.
  std::span<const std::unique_ptr<RunFold>> runs() const { return {runs_.data(), runCount_}; }
  uint64_t count() const { return count_; }
  /// Whether the last line is damaged.
  bool endDamaged() const { return endDamaged_; }
  uint64_t entries() const { return entries_; }
  int64_t highestSeq() const { return highestSeq_; }
  const OpCounts& ops() const { return ops_; }
  /// All findings except those that the runs report.
  const Findings& findings() const { return findings_; }
  const OrderRow& order() const { return order_; }
  /// The check values; only for kind scan.
  const PieceChecks& checks() const { return checks_; }

 private:
  /// The number by which `ops_` counts the op of a shape. A shape has the tally at its number modulo their count.
  struct Tally {
    uint64_t shape = 0;  // the shape's number, or 0 if there is none
    size_t op = 0;
  };

  size_t opOfShape(const Shape& shape);
  RunFold& run() { return run_ == nullptr ? nextRun() : *run_; }
  RunFold& nextRun();
  RunFold& freshRun();
  void report(EntryReader& entry, std::string_view opText, Place place);
  void report(MatchedLine& line, Place place);
  void note(FindingKind kind, Place place);
  void check(std::string_view line, Place place);
  void reportTs(Value ts, Place place);
  void reportNumbers(const ObjectFields& fields, Place place);

  const FoldKind kind_;
  std::vector<std::unique_ptr<RunFold>> runs_;
  size_t runCount_ = 0;
  RunFold* run_ = nullptr;  // the last of runs_ in use
  int64_t highestSeq_ = 0;
  uint64_t count_ = 0;
  bool endDamaged_ = false;
  uint64_t entries_ = 0;
  OpCounts ops_;
  Findings findings_;
  OrderRow order_;
  PieceChecks checks_;
  std::array<Tally, 64> tallies_;
};

/// The pieces of a fold.
using Piece = PieceOf<Lines>;
extern template class PieceOf<Lines>;

}  // namespace lane
