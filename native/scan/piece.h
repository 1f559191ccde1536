// Folds a piece of a journal into the effects of its lines, without knowing what precedes it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/line.h"
#include "fold/entry.h"
#include "fold/findings.h"
#include "fold/fold.h"
#include "fold/order.h"
#include "match/shapes.h"
#include "scan/counts.h"
#include "scan/lines.h"

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
  explicit Lines(FoldKind kind) : kind_(kind) {}

  void clear();
  /// Folds a line that `entry` has read as `kind`, which must not be `unparseable`.
  void add(LineKind kind, Place place, EntryReader& entry, Arena& arena);
  /// Folds a line that `shape` has matched.
  void add(Shape& shape, Place place, Arena& arena);
  void addSentinel(Place place);

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

 private:
  RunFold& run() { return run_ == nullptr ? nextRun() : *run_; }
  RunFold& nextRun();
  RunFold& freshRun();
  void report(EntryReader& entry, std::string_view opText, Place place);
  void report(Shape& shape, Place place);
  void note(FindingKind kind, Place place);
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
  uint64_t tallyRun_ = 1;
};

/// The last line of a piece, if later bytes may change its meaning. Without an LF it may grow, and a line that does not
/// parse is a sentinel only if another line follows it.
struct OpenLine {
  Place place;  // line counted from the piece's first
  uint64_t fileBytes = 0;
  bool terminated = false;
  LineKind kind = LineKind::blank;
  /// Whether an unparseable line has its LF or cannot be what a torn append leaves.
  bool damaged = false;
};

class Piece {
 public:
  /// `longLine` is locked while a long line is read, because its index takes four times its length.
  Piece(FoldKind kind, bool usesShapes, std::mutex& longLine)
      : lines_(kind), alone_(kind), usesShapes_(usesShapes), longLine_(longLine) {}

  /// Folds the lines that begin in [begin, end). `startsLine`: a line is known to begin at `begin`.
  void read(OpenFile file, uint64_t begin, uint64_t end, bool startsLine);

  /// All lines except an open one. They borrow from the piece until its next `read`.
  const Lines& lines() const { return lines_; }
  const std::optional<OpenLine>& open() const { return open_; }
  /// The effects of the open line if nothing follows it; empty if the line is unparseable.
  const Lines& openAlone() const { return alone_; }
  /// The end of the lines that are not open.
  uint64_t endOffset() const { return endOffset_; }
  /// Frees the memory that a long line took. Invalidates the effects.
  void release();
  /// The bytes of the piece's lines except an open one, as they were folded; empty if memory does not hold them all.
  std::string_view folded() const;
  /// Whether the file ended before the piece did. A later piece then does not continue this one.
  bool endsFile() const { return endsFile_; }
  bool hasLines() const { return lines_.count() > 0 || open_.has_value(); }

 private:
  void fill(OpenFile file, uint64_t begin, uint64_t end);
  void foldLines(const char* at, uint64_t offset, uint64_t end, OpenFile file);
  void foldLine(const Line& line, bool isFollowed);
  void foldLongLine(OpenFile file, Place place, uint64_t end);
  void settleOpen();

  Lines lines_;
  Lines alone_;
  const bool usesShapes_;
  std::mutex& longLine_;
  std::optional<OpenLine> open_;
  uint64_t beginOffset_ = 0;  // offset of the first line
  uint64_t endOffset_ = 0;
  bool endsFile_ = false;
  Memory memory_;
  size_t capacity_ = 0;
  uint64_t memoryOffset_ = 0;  // offset in the file at which memory starts
  size_t memoryBytes_ = 0;
  Arena arena_;
  EntryReader entry_;
  ShapeCache shapes_;
};

}  // namespace lane
