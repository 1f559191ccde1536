// Folds a journal in steps, each of which continues where the last one stopped, and provides the answers.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "compact/checkpoint.h"
#include "scan/mark.h"
#include "scan/piece.h"
#include "scan/state.h"

namespace lane {

/// The content of a file, judged by its lines (docs/format.md 3).
enum class Content : uint8_t {
  entries,  // a journal: at least one line is an entry
  nothing,  // a journal without entries yet: all lines are blank, except perhaps a torn tail
  foreign,  // not a journal: no line is an entry, and not all are blank
};

inline constexpr const char* contentNames[] = {"entries", "nothing", "foreign"};

struct ScanOptions {
  FoldKind kind = FoldKind::replay;
  /// The number of threads, at most, including the caller's. 0: one for each processor. A small file is always read by
  /// the caller's thread alone.
  unsigned threads = 0;
  /// The number of bytes of the file that are folded as one piece.
  uint64_t pieceBytes = 1024 * 1024;
  /// The file is read as if it ended at this offset.
  uint64_t end = UINT64_MAX;
  /// Match lines with known shapes before parsing them.
  bool usesShapes = true;
};

/// Folds a journal. A line is settled once nothing that follows can change its meaning. The last line of the file never
/// is: it may be a torn tail or still grow. Answers include it, and the next step reads it again.
class Scan {
 public:
  explicit Scan(const ScanOptions& options) : options_(options), state_(options.kind) {}

  /// Continues from the results of `snapshotText` and `mark`. Throws as `readSnapshot` does.
  Scan(const ScanOptions& options, std::string_view snapshot, std::string_view mark);

  /// Folds about `bytesMax` more bytes and at least one line. Returns true if the end of the file was reached. If it
  /// throws, the lines settled before remain settled. This step reads the file as if it ended at `end`.
  bool step(int fd, uint64_t bytesMax, uint64_t end = UINT64_MAX);

  /// The offset at which the next step begins.
  uint64_t offset() const { return offset_; }

  /// Whether the last step found a line after `offset`.
  bool hasOpenLine() const { return open_.has_value(); }
  /// Whether the line before `offset` is damaged: if the file were cut there, that line would be a torn tail.
  bool endDamaged() const { return endDamaged_; }

  /// Returns the content of the lines so far, including the last one in its current form.
  Content content() const;

  /// Up to 4,096 bytes before `offset`, as they were folded, even if the file has changed since. Often fewer after a
  /// long or damaged line.
  std::string_view mark() const { return mark_.bytes(); }

  /// Returns the live leases as JSON arrays of bounded size, in order.
  std::vector<std::string> leasesText() const;
  /// Returns the fencing tokens as JSON arrays of bounded size, in order.
  std::vector<std::string> generationsText() const;
  /// The highest generation that was granted or recorded. Used by a compaction.
  int64_t counter() const { return state_.counter(); }
  /// Returns the live leases from number `from` on, for a compaction, up to some megabytes. Each lease takes two lines:
  /// `[loop_ts, lane, generation or null]` with the identity it is held under, and its text. Empty if there are no
  /// more.
  std::string heldText(size_t from);
  /// Plans the lines of a compacted journal that hold the live leases, for `compactedText`. Returns the numbers of a
  /// `LeaseTexts` (src/engine/engine.ts) as a JSON object. Throws as `Checkpoint` does.
  std::string planText(uint64_t lineBytesLimit);
  /// Returns the next part of the planned lines, about a mebibyte; empty after the last. Throws as `Checkpoint` does.
  std::string compactedText();
  /// See `leaseDigests`.
  std::string digestsText(uint64_t riding) const;
  int64_t nextSeq() const;
  /// Returns the settled state, from which a scan in another process can continue. Only for kind scan. Throws
  /// std::length_error if the text would be too long to be worthwhile.
  std::string snapshotText();
  /// Returns all other results of a scan as one JSON object.
  std::string reportText() const;

 private:
  bool readOn(OpenFile file, uint64_t bytesMax);
  void readPieces(OpenFile file, uint64_t begin, uint64_t end);
  bool join(const Piece& piece);
  void settleOpen();
  void takeOpenOut();
  HeldState heldState() const;
  bool judgesChecks() const { return options_.kind == FoldKind::scan; }

  const ScanOptions options_;
  OpenFile file_;  // during a step
  /// Includes the open line, except during a step.
  State state_;
  uint64_t offset_ = 0;
  Mark mark_;
  bool endDamaged_ = false;
  std::optional<OpenLine> open_;                 // line counted over the whole file
  std::optional<Aside> beforeOpen_;              // the parts that the open line changed
  std::vector<const LiveLeases::Record*> held_;  // cache of `heldText` until the next step
  std::optional<Checkpoint> checkpoint_;         // planned by `planText`; valid until the next step
  std::mutex longLine_;
  std::vector<std::unique_ptr<Piece>> pieces_;
};

}  // namespace lane
