// Folds a run of entries into effects: the changes that the run makes to the leases that were live before it
// (docs/format.md 5). The fold does not need to know those leases, so runs can be folded in parallel.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/arena.h"
#include "base/hash_index.h"
#include "base/line.h"
#include "fold/fields.h"
#include "fold/live.h"
#include "fold/op.h"

namespace lane {

/// A generation in terms of the unknown counter before the run: max(counter + added, atLeast).
struct RelativeGeneration {
  int64_t added = 0;
  int64_t atLeast = 0;

  int64_t after(int64_t counter) const { return std::max(counter + added, atLeast); }
};

/// The changes that a run makes to one identity. All texts borrow from the journal's bytes in memory or from the arena.
struct Effect {
  enum class Lease : uint8_t {
    untouched,
    amended,  // only HEARTBEAT and ADOPT so far: they count if the lease was live before the run
    held,     // set in this run
    gone,     // removed in this run
  };
  enum class Token : uint8_t {
    untouched,
    granted,
    dropped
  };

  // The members that a HEARTBEAT needs come first, so that they lie in one or two cache lines.
  Identity identity;
  uint64_t hash = 0;
  Lease lease = Lease::untouched;
  bool leaseWasGone = false;  // set again after it was removed: it goes last in the order
  bool asksBefore = false;    // whether a finding depends on the identity being live before the run
  Token token = Token::untouched;
  bool tokenWasDropped = false;
  uint8_t setCount = 0;
  bool stampIsKnown = false;
  std::array<lane::Lease::Owned, 4> setOrder{};
  uint32_t leaseOrder = 0;
  uint32_t tokenOrder = 0;
  std::array<Value, 4> set;  // indexed by lane::Lease::Owned

  Value object;  // the text of a held lease
  RelativeGeneration generation;

  Value stamp;       // the current stamp, once `stampIsKnown`
  Value firstStamp;  // the first stamp set on an amended lease, to be compared with the one before the run
  Place firstStampPlace;

  Place heldPlace;  // the place of the entry that set a held lease
};

/// An entry whose finding depends on whether the identity was live before the run.
struct Maybe {
  uint32_t effect;
  uint32_t line;
  uint64_t offset;

  Place place() const { return {line, offset}; }
};

/// The findings of a run. Some are certain; others hold only if the identity was live before the run, or only if it was
/// not.
struct RunReport {
  std::vector<Place> backs;  // HEARTBEAT and ADOPT entries that move a stamp back
  std::vector<Place> strayEnds;
  std::vector<Place> strayBeats;
  std::vector<Maybe> backsIfLive;
  std::vector<Maybe> strayEndsIfNot;
  std::vector<Maybe> strayBeatsIfNot;

  void clear();
};

/// Folds one run. A CHECKPOINT always begins a run, because nothing before it counts.
class RunFold {
 public:
  /// `reports`: also collect the findings that `report` returns.
  explicit RunFold(bool reports) : reports_(reports) {}

  void clear();
  /// Folds in a CHECKPOINT at the start of the run. If the run already began with one, its leases are replaced, but its
  /// counter and its report are kept.
  void restore(const ObjectFields& checkpoint, Place place, Arena& arena);
  /// Folds in an entry of any other op. `identity` is the entry's; it borrows from the journal's bytes or the arena.
  void apply(Op op, const Identity& identity, const ObjectFields& entry, Place place, Arena& arena);
  /// Folds in a HEARTBEAT. `stamp` is the result of `stampOf`.
  void beat(const Identity& identity, Value stamp, Place place);
  /// Folds in a RELEASE or SCAVENGE.
  void release(const Identity& identity, Place place);

  /// Whether the run began with a CHECKPOINT.
  bool isFresh() const { return isFresh_; }
  const std::vector<Effect>& effects() const { return effects_; }
  /// The fencing counter after the run, in terms of the one before it.
  RelativeGeneration counter() const { return counter_; }
  const RunReport& report() const { return report_; }

 private:
  Effect& at(const Identity& identity) { return *find(identity, true); }
  /// Returns the effect on an identity. If there is none, adds one if `adds`, else returns null.
  Effect* find(const Identity& identity, bool adds);
  Effect* add(const Identity& identity, uint64_t hash, size_t slot);
  void grow();
  void forget();
  /// `stamp` has the meaning of Field::leaseStamp.
  void hold(Effect& effect, Value object, Value stamp, Place place);
  void grant(Effect& effect, RelativeGeneration generation);
  /// Returns the effect on the lease that a HEARTBEAT or ADOPT changes; null if the identity cannot be live.
  Effect* amended(const Identity& identity);
  void setStamp(Effect& effect, Value stamp, Place place);
  void reportBack(Effect& effect, Value stamp, Place place);
  void reportEnd(Effect& effect, Place place);
  void reportBeat(const Effect* effect, Place place);
  Maybe maybe(const Effect& effect, Place place) const;

  static constexpr size_t slotsAtFirst = 256;
  static constexpr size_t slotsEach = 8;
  static constexpr size_t slotsKept = 256 * 1024;  // kept for the next run; clearing more takes longer than most pieces

  const bool reports_;
  bool isFresh_ = false;
  std::vector<Effect> effects_;
  /// The effects by identity. The index is sparse, so a lookup rarely probes twice.
  HashIndex index_ = HashIndex(slotsAtFirst);
  uint32_t lastOrder_ = 0;
  RelativeGeneration counter_;
  RunReport report_;
};

/// Returns the stamp that a HEARTBEAT or ADOPT sets: `heartbeat_at`, or `ts` if that is empty; absent if both are.
Value stampOf(const ObjectFields& entry);

/// Returns whether both are strings and `next` is smaller than `now` by code point.
bool movesBack(Value now, Value next);

}  // namespace lane
