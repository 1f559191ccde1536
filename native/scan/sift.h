// Reads a whole journal for its history: the members of entries, and as numbers what a history needs of heartbeats and
// of the entries that it does not need (docs/architecture.md, "Sifting").
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fold/live.h"
#include "scan/sifted_lines.h"

namespace lane {

/// Some successive entries.
struct SiftedText {
  /// The number of numbers for each entry in `numbers`, and for each heartbeat in `beats`.
  static constexpr size_t numbersEach = 8;
  static constexpr size_t numbersEachBeat = 3;

  /// A stretch of successive entries, whose values are apart from those of others.
  struct Stretch {
    size_t entries = 0;
    size_t bytes = 0;  // of `values`
  };

  /// The values of the entries' members: for each stretch a JSON array, of which the first element stands for an absent
  /// value. A damaged line is a sentinel without its text.
  std::string values;
  std::vector<Stretch> stretches;
  /// For each entry the columns of `MemberRows`: indexes into the array of its stretch.
  std::vector<uint32_t> members;
  /// For each entry: its line, offset and length in bytes without its LF; the number and the instant with which its own
  /// are compared, NaN if it follows the last entry in the text; how often the entries left out before it advance the
  /// counter of generations, and the least that it is after them; and the number that its identity has from now on, 0
  /// if it begins no lease.
  std::vector<double> numbers;
  /// For each heartbeat of a live identity, in order: the index of the entry before which it belongs, the number of the
  /// identity, and its instant in milliseconds since 1970.
  std::vector<double> beats;
  /// The leases of the CHECKPOINTs as a JSON array: for each, the index of its entry, the number of its identity, and
  /// the identity's `loop_ts` and `lane`.
  std::string listed;
  /// The offset at which the next step begins.
  uint64_t offset = 0;
  /// Whether the end of the file was reached.
  bool done = false;

  /// Keeps the memory, which the next step needs again.
  void clear();
};

struct SiftOptions {
  Sieve sieve;
  /// See ScanOptions.
  unsigned threads = 0;
  uint64_t pieceBytes = 1024 * 1024;
  bool usesShapes = true;
};

class Sift {
 public:
  explicit Sift(SiftOptions options) : options_(std::move(options)) {}
  Sift(const Sift&) = delete;
  Sift& operator=(const Sift&) = delete;

  /// Reads about `bytesMax` more bytes and at least one line. Must not be called after the end of the file was reached.
  /// The result is valid until the next step.
  const SiftedText& step(OpenFile file, uint64_t bytesMax);

 private:
  using SiftedPiece = PieceOf<SiftedLines>;

  bool readOn(OpenFile file, uint64_t bytesMax);
  void readPieces(OpenFile file, uint64_t begin, uint64_t end);
  bool join(const SiftedPiece& piece);
  void settleOpen();
  void takeLines(const SiftedLines& lines);
  void takeBeat(const SiftedLine& line, Place place);
  void add(const SiftedLine& line, Place place);
  void addMembers(std::span<const uint32_t> row, uint32_t before);
  uint64_t follow(const SiftedLine& line);
  void restore(std::string_view checkpoint);
  uint64_t numberOf(const Identity& identity, uint64_t hash);
  void carry(const OrderBefore& before, RelativeGeneration skipped);

  const SiftOptions options_;
  uint64_t offset_ = 0;
  uint64_t lines_ = 0;
  std::optional<OpenLine> open_;
  /// The live identities that may concern the lane, each with its number.
  IdentityMap<uint64_t> live_;
  uint64_t lastNumber_ = 0;
  std::vector<uint64_t> freeNumbers_;
  /// What the lines after the last entry of the result say.
  OrderBefore before_;
  RelativeGeneration skipped_;
  uint64_t count_ = 0;       // the entries of the result
  uint32_t valueCount_ = 0;  // the values of the current stretch without the first
  MemberRows stray_;         // the members of one beat
  SiftedText result_;
  Arena arena_;
  std::mutex longLine_;
  std::vector<std::unique_ptr<SiftedPiece>> pieces_;
};

}  // namespace lane
