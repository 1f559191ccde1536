// Holds the state of a journal after some of its pieces. Copies are independent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fold/findings.h"
#include "fold/live.h"
#include "fold/order.h"
#include "scan/checks.h"
#include "scan/folded_lines.h"

namespace lane {

/// The parts of a state that some lines changed, kept so that they can be restored.
class Aside;

/// What a state holds besides its leases and tokens.
struct Totals {
  int64_t counter = 0;
  int64_t highestSeq = 0;
  uint64_t lines = 0;
  bool endDamaged = false;
  uint64_t entries = 0;
  OpCounts ops;
  Findings findings;
  Order order;
};

class State {
 public:
  explicit State(FoldKind kind) : kind_(kind) {}

  /// Adds the lines that follow those already joined.
  void join(const Lines& lines);
  /// Like `join`. Each call of `exchange` swaps the state before the lines with the one after them.
  Aside joinAside(const Lines& lines);
  void exchange(Aside& aside);
  /// Adds one damaged line that another line follows.
  void addSentinel(Place place);

  uint64_t lines() const { return totals_.lines; }
  uint64_t entries() const { return totals_.entries; }
  /// Whether the last line is damaged, which is certain only because another line follows it.
  bool endDamaged() const { return totals_.endDamaged; }
  int64_t nextSeq() const { return totals_.highestSeq + 1; }
  const LiveLeases& live() const { return live_; }
  const IdentityMap<int64_t>& generations() const { return generations_; }
  /// The highest generation that was granted or recorded. It never decreases.
  int64_t counter() const { return totals_.counter; }
  const OpCounts& ops() const { return totals_.ops; }
  const Findings& findings() const { return totals_.findings; }
  const Order& order() const { return totals_.order; }
  /// The check values of the settled lines. Only for kind scan.
  const Checks& checks() const { return checks_; }
  Checks& checks() { return checks_; }
  /// Returns the places of leases whose lane is also live under another identity (docs/format.md 3, `sharedLane`).
  Finding sharedLanes() const;

 private:
  friend class SnapshotReader;

  void joinRun(const RunFold& run);
  void keepAside(const RunFold& run, Aside& aside) const;
  void amendAndRemove(const RunFold& run);
  void hold(const RunFold& run);
  void grant(const RunFold& run);
  void report(const RunFold& run);
  void reportFirst(FindingKind kind, const Advance& row, int64_t& last);
  void reportMaybes(FindingKind kind, std::vector<Place> places, const std::vector<Maybe>& maybes, bool ifLive);

  FoldKind kind_;
  LiveLeases live_;
  IdentityMap<int64_t> generations_;
  Totals totals_;
  Checks checks_;
  std::vector<const Effect*> ordered_;
  std::vector<uint8_t> wasLive_;  // indexed by the effects of the run being joined
};

class Aside {
 private:
  friend class State;

  struct Change {
    Identity identity() const {
      return {std::string_view(texts).substr(0, loopTsBytes), std::string_view(texts).substr(loopTsBytes)};
    }

    std::string texts;  // loop_ts followed by lane
    size_t loopTsBytes = 0;
    uint64_t hash = 0;
    std::optional<LiveLeases::Record> lease;
    std::optional<IdentityMap<int64_t>::Record> token;
  };

  std::vector<Change> changes_;
  bool isWhole_ = false;  // the maps were replaced, so live_ and generations_ hold them whole and changes_ is empty
  LiveLeases live_;
  IdentityMap<int64_t> generations_;
  Totals totals_;
};

}  // namespace lane
