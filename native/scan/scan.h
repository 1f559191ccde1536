// A journal -> the answers of a fold, in steps that go on where the last one stopped.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "scan/state.h"

namespace lane {

/// What the lines of a file are (docs/format.md 3).
enum class Content : uint8_t {
  entries,  // at least one is an entry: a journal
  nothing,  // all are blank but perhaps a torn tail: a journal that holds nothing yet
  foreign,  // neither: not a journal
};

inline constexpr const char* contentNames[] = {"entries", "nothing", "foreign"};

struct ScanOptions {
  FoldKind kind = FoldKind::replay;
  /// Upper bound of threads, the caller's included; 0: one a core. A small file is always read by the caller alone.
  unsigned threads = 0;
  /// How much of the file is folded on its own and then joined.
  uint64_t pieceBytes = 1024 * 1024;
  /// The file is read as if it ended there.
  uint64_t end = UINT64_MAX;
  /// Match lines against known shapes before they are parsed.
  bool usesShapes = true;
};

/// A line is settled once nothing that follows can change its meaning. The last line of the file never is: it may be a
/// torn tail, or still grow. Answers look at it; the next step reads it again.
class Scan {
 public:
  explicit Scan(const ScanOptions& options) : options_(options), state_(options.kind) {}

  /// A scan that goes on from what `snapshotText` and `mark` gave; as `readSnapshot` it may throw.
  Scan(const ScanOptions& options, std::string_view snapshot, std::string_view mark);

  /// Folds about `bytesMax` bytes more, at least one line. True if the end of the file was reached. If it throws, what
  /// was settled stays settled. This step reads the file as if it ended at `end`.
  bool step(int fd, uint64_t bytesMax, uint64_t end = UINT64_MAX);

  /// Where the next step begins.
  uint64_t offset() const { return offset_; }

  /// The last step found a line behind `offset`.
  bool hasOpenLine() const { return open_.has_value(); }
  /// The line before `offset` is damaged: were the file cut there, it would be a torn tail.
  bool endDamaged() const { return endDamaged_; }

  /// What the lines so far are, the last one as it stands now.
  Content content() const;

  /// Up to 4,096 bytes before `offset` as they were folded, whatever has become of the file since; often fewer behind a
  /// long line or a damaged one.
  std::string_view mark() const { return mark_; }

  /// The live leases as JSON arrays, each of a bounded size, to be read one after the other.
  std::vector<std::string> leasesText() const;
  /// The fencing tokens, in the same manner.
  std::vector<std::string> generationsText() const;
  /// For a compaction, the highest generation handed out or heard of.
  int64_t counter() const { return state_.counter(); }
  /// For a compaction: of the live leases from the `from`th on, as many as make some megabytes: for each a line
  /// `[loop_ts, lane, generation or null]`, what it is held under, and a line with its text. Empty if there are none.
  std::string heldText(size_t from);
  int64_t nextSeq() const;
  /// What is settled, for a scan in another process to go on from; kind scan only.
  /// Throws std::length_error where that would be too long to be worth it.
  std::string snapshotText();
  /// All else that a scan tells, as one JSON object.
  std::string reportText() const;

 private:
  class Crew;

  bool readOn(OpenFile file, uint64_t bytesMax);
  void skipByteOrderMark(OpenFile file);
  void readPieces(OpenFile file, uint64_t begin, uint64_t end);
  unsigned threadsFor(uint64_t pieces) const;
  bool join(const Piece& piece);
  void settleOpen();
  void extendMark(std::string_view folded);
  void takeOpenOut();

  const ScanOptions options_;
  /// With the last line in it as it stands now, unless a step is under way.
  State state_;
  uint64_t offset_ = 0;
  std::string mark_;
  bool endDamaged_ = false;
  std::optional<OpenLine> open_;                 // its line counted over the whole file
  std::optional<Aside> beforeOpen_;              // the state without the open line
  std::vector<const LiveLeases::Record*> held_;  // what `heldText` is asked for, until the next step
  std::mutex longLine_;
  std::vector<std::unique_ptr<Piece>> pieces_;
};

}  // namespace lane
