// A run of entries -> what it does to whatever was live before it (docs/format.md 5), so that runs can be folded side
// by side.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/arena.h"
#include "base/line.h"
#include "fold/fields.h"
#include "fold/live.h"
#include "fold/op.h"

namespace lane {

/// A generation that is known but for the counter before the run: max(counter + added, atLeast).
struct RelativeGeneration {
  int64_t added = 0;
  int64_t atLeast = 0;

  int64_t after(int64_t counter) const { return std::max(counter + added, atLeast); }
};

/// What a run does to one identity. All texts borrow from the journal's bytes in memory or from the arena.
struct Effect {
  enum class Lease : uint8_t {
    untouched,
    amended,  // beats and adoptions alone: they count if it was live before
    held,     // set in this run
    gone,     // removed in this run
  };
  enum class Token : uint8_t {
    untouched,
    granted,
    dropped
  };

  // What a beat looks at comes first, to be in one or two cache lines.
  Identity identity;
  uint64_t hash = 0;
  Lease lease = Lease::untouched;
  bool leaseWasGone = false;  // held after it was gone: its place is the last
  bool asksBefore = false;    // a finding depends on whether it was live before the run
  Token token = Token::untouched;
  bool tokenWasDropped = false;
  uint8_t setCount = 0;
  bool stampIsKnown = false;
  std::array<lane::Lease::Owned, 4> setOrder{};
  uint32_t leaseOrder = 0;
  uint32_t tokenOrder = 0;
  std::array<Value, 4> set;  // by lane::Lease::Owned

  Value object;  // of a held lease
  RelativeGeneration generation;

  Value stamp;       // the last one; of a held lease its object's at first
  Value firstStamp;  // of an amended lease: to be compared with what it had before the run
  Place firstStampPlace;

  Place heldPlace;  // of the entry that set a held lease
};

/// An entry whose finding depends on whether the identity was live before the run.
struct Maybe {
  uint32_t effect;
  uint32_t line;
  uint64_t offset;

  Place place() const { return {line, offset}; }
};

/// What a run reports: findings for sure, and those that hold if the identity was live before it, or if it was not.
struct RunReport {
  std::vector<Place> backs;  // HEARTBEAT and ADOPT that move a stamp back
  std::vector<Place> strayEnds;
  std::vector<Place> strayBeats;
  std::vector<Maybe> backsIfLive;
  std::vector<Maybe> strayEndsIfNot;
  std::vector<Maybe> strayBeatsIfNot;

  void clear();
};

/// A CHECKPOINT begins a run: nothing from before it counts.
class RunFold {
 public:
  /// `reports`: collect what `report` returns.
  explicit RunFold(bool reports) : reports_(reports) {}

  void clear();
  /// Begins the run with a CHECKPOINT, or begins it anew if it began with one: its counter and its report go on.
  void restore(const ObjectFields& checkpoint, Place place, Arena& arena);
  /// Folds in an entry of any other op. `identity` is the entry's own and lives in the journal's bytes or the arena.
  void apply(Op op, const Identity& identity, const ObjectFields& entry, Place place, Arena& arena);
  /// Folds in a HEARTBEAT; `stamp` as stampOf gives it.
  void beat(const Identity& identity, Value stamp, Place place);
  /// Folds in a RELEASE or SCAVENGE.
  void release(const Identity& identity, Place place);

  /// The run began with a CHECKPOINT.
  bool isFresh() const { return isFresh_; }
  const std::vector<Effect>& effects() const { return effects_; }
  /// The fencing counter after the run.
  RelativeGeneration counter() const { return counter_; }
  const RunReport& report() const { return report_; }

 private:
  Effect& at(const Identity& identity) { return *find(identity, true); }
  /// Null if there is none, unless one is to be added.
  Effect* find(const Identity& identity, bool adds);
  Effect* add(const Identity& identity, uint64_t hash, size_t slot);
  void grow();
  void forget();
  /// `stamp` as in Field::leaseStamp.
  void hold(Effect& effect, Value object, Value stamp, Place place);
  void grant(Effect& effect, RelativeGeneration generation);
  /// The lease that a HEARTBEAT or ADOPT changes; null if it can be none.
  Effect* amended(const Identity& identity);
  void setStamp(Effect& effect, Value stamp, Place place);
  void reportBack(Effect& effect, Value stamp, Place place);
  void reportEnd(Effect& effect, Place place);
  void reportBeat(const Effect* effect, Place place);
  Maybe maybe(const Effect& effect, Place place) const;

  static constexpr size_t slotsAtFirst = 256;
  static constexpr size_t slotsEach = 8;
  static constexpr size_t slotsKept = 256 * 1024;  // to the next run: emptying more takes longer than most pieces do

  const bool reports_;
  bool isFresh_ = false;
  std::vector<Effect> effects_;
  /// Index + 1 into effects_; 0: empty. Nearly all are, so that an identity is hardly ever looked for in two of them.
  std::vector<uint32_t> slots_ = std::vector<uint32_t>(slotsAtFirst);
  uint32_t lastOrder_ = 0;
  RelativeGeneration counter_;
  RunReport report_;
};

/// What a HEARTBEAT or ADOPT writes: `heartbeat_at`, or `ts` if that is empty; absent if both are.
Value stampOf(const ObjectFields& entry);

/// True if both are strings and `next` is the smaller by code point.
bool movesBack(Value now, Value next);

/// The last value of that key in an object's text; absent if it has none.
Value memberOf(Value object, Field field);

/// The last `heartbeat_at` of a lease's text; absent if it has none.
inline Value stampOfLease(Value object) { return memberOf(object, Field::heartbeatAt); }

}  // namespace lane
