// A journal -> the answers of a fold, in steps that go on where the last one stopped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scan/lines.h"
#include "scan/state.h"

namespace lane {

/// A line is settled once nothing that follows can change its meaning. The last line of the file never is: it may be a
/// torn tail, or still grow. Answers look at it; the next step reads it again.
class Scan {
 public:
  explicit Scan(FoldKind kind) : state_(kind) {}

  /// Folds about `bytesMax` bytes more, at least one line. True if the end of the file was reached. If it throws, the
  /// settled part stays as it was at the last line.
  bool step(int fd, uint64_t bytesMax);

  /// Where the next step begins.
  uint64_t offset() const { return settled_.offset; }

  /// The live leases as JSON arrays, each of a bounded size, to be read one after the other.
  std::vector<std::string> leasesText();
  /// The fencing tokens, in the same manner.
  std::vector<std::string> generationsText();
  int64_t nextSeq();
  /// All else that a scan tells, as one JSON object.
  std::string reportText();

 private:
  struct Tail {
    Place place;
    uint64_t fileBytes = 0;
    bool terminated = false;
    LineKind kind = LineKind::blank;
  };

  void settle(const Line& line, LineKind kind);
  void holdTail(const Line& line, LineKind kind);
  void settleHeld();
  /// The state with the last line in it as it stands now.
  const State& answering();

  LineReader lines_;
  EntryReader entry_;
  State state_;
  Place settled_;
  std::optional<Tail> tail_;
  std::optional<State> withTail_;
};

}  // namespace lane
