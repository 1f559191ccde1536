// Sorts the entries of a piece of the journal for a reader that folds its history: those that it needs as a whole,
// heartbeats of which it needs only the stamp, and those that it does not need (docs/architecture.md, "Sifting").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/line.h"
#include "fold/entry.h"
#include "fold/fold.h"
#include "fold/order.h"
#include "scan/members.h"
#include "scan/piece.h"

namespace lane {

struct Sieve {
  /// Only entries that may name this lane are needed; empty for those of all lanes. A lane that no value has as its
  /// text without containing it: a string of letters, digits and the like.
  std::string lane;
  /// A later stamp is odd. In milliseconds since 1970.
  int64_t nowMs = INT64_MAX;
  /// Whether the ENFORCEs are needed.
  bool calls = false;
};

/// The values with which a line's own are compared; absent if no earlier line of the piece has them.
struct OrderBefore {
  std::optional<int64_t> seq;
  std::optional<int64_t> ts;
};

/// An entry that is not left out. Borrows from the piece.
struct SiftedLine {
  enum class Kind : uint8_t {
    begin,       // an ACQUIRE or RECONCILE
    end,         // a RELEASE or SCAVENGE
    beat,        // a HEARTBEAT of which only the stamp is needed if its identity is live
    checkpoint,  // its leases are the live ones
    other
  };

  Kind kind = Kind::other;
  /// Whether all of the entry is needed, not only its members: a CHECKPOINT or a sentinel.
  bool isWhole = false;
  Place place;
  std::string_view text;
  /// The number of its row; none for a beat.
  size_t row = 0;
  /// The length of the line in the file, its LF not counted.
  uint64_t bytes = 0;
  /// Only for the kinds `begin`, `end` and `beat`.
  Identity identity;
  /// The instant of a beat in milliseconds since 1970.
  int64_t at = 0;
  OrderBefore before;
  /// What the entries left out since the last line of this list do to the counter of generations.
  RelativeGeneration skipped;
};

/// The members that PieceOf uses are described by those of `Lines` (scan/folded_lines.h).
class SiftedLines {
 public:
  using Config = Sieve;

  /// `sieve` must outlive this object.
  explicit SiftedLines(const Sieve& sieve) : sieve_(sieve) {}

  void clear();
  void add(LineKind kind, const Line& line, EntryReader& entry, Arena& arena);
  void add(MatchedLine& line, Place place, Arena& arena);
  void addSentinel(Place place, uint64_t fileBytes, std::string_view text = {});
  void finish(std::string_view /*text*/, uint64_t /*begin*/, uint64_t /*end*/) {}

  uint64_t count() const { return count_; }
  const std::vector<SiftedLine>& kept() const { return kept_; }
  /// The values with which those of the line after the last one are compared.
  OrderBefore before() const { return {order_.seq().last(), order_.ts().last()}; }
  /// What the entries after the last line of `kept` do to the counter.
  RelativeGeneration skipped() const { return skipped_; }
  /// The members of the entries.
  const MemberRows& members() const { return members_; }

 private:
  /// What decides about an entry, besides its identity.
  struct Traits {
    Op op;
    std::string_view opText;
    /// Its stamp or number is missing, odd, or cannot be compared yet.
    bool isOdd = false;
    bool hasWatermark = false;
    /// It ends the ACQUIREs that a compaction writes after a CHECKPOINT.
    bool endsCarried = true;
    int64_t at = 0;
  };

  SiftedLine begin(Op op, Place place, std::string_view text, uint64_t bytes) const;
  bool takeNumbers(const ObjectFields& fields, Place place);
  bool takeTs(Value ts, Place place, int64_t& at);
  void sift(SiftedLine line, const Traits& traits, Value watermark);
  bool isEventful(const Traits& traits) const;
  bool concerns(const SiftedLine& line, Op op) const;
  void keep(SiftedLine& line);
  void skip(const SiftedLine& line, Op op, Value watermark);

  const Sieve& sieve_;
  std::vector<SiftedLine> kept_;
  MemberRows members_;
  uint64_t count_ = 0;
  OrderRow order_;
  RelativeGeneration skipped_;
  /// Whether the entries before may be a CHECKPOINT and the ACQUIREs that belong to it.
  bool mayCarry_ = true;
};

extern template class PieceOf<SiftedLines>;

}  // namespace lane
