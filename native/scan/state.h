// What a journal comes to, piece after piece. Copies are independent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fold/findings.h"
#include "fold/live.h"
#include "fold/order.h"
#include "scan/piece.h"

namespace lane {

/// What lines changed in a state, kept so that it can be put back.
class Aside;

class State {
 public:
  explicit State(FoldKind kind) : kind_(kind) {}

  /// Takes in the lines that follow those it knows.
  void join(const Lines& lines);
  /// As `join`. `exchange` puts back what was there before, and at the next call what the lines made of it.
  Aside joinAside(const Lines& lines);
  void exchange(Aside& aside);
  /// Takes in one more line, which is damaged and was followed by another.
  void addSentinel(Place place);

  uint64_t lines() const { return lines_; }
  uint64_t entries() const { return entries_; }
  /// The last line is damaged, and counts as such only because another follows.
  bool endDamaged() const { return endDamaged_; }
  int64_t nextSeq() const { return highestSeq_ + 1; }
  const LiveLeases& live() const { return live_; }
  const IdentityMap<int64_t>& generations() const { return generations_; }
  /// The highest generation handed out or heard of; never falls.
  int64_t counter() const { return counter_; }
  const OpCounts& ops() const { return ops_; }
  const Findings& findings() const { return findings_; }
  const Order& order() const { return order_; }
  /// Where those leases were set whose lane is live under another identity too (docs/format.md 3, `sharedLane`).
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
  int64_t counter_ = 0;
  int64_t highestSeq_ = 0;
  uint64_t lines_ = 0;
  bool endDamaged_ = false;
  uint64_t entries_ = 0;
  OpCounts ops_;
  Findings findings_;
  Order order_;
  std::vector<const Effect*> ordered_;
  std::vector<uint8_t> wasLive_;  // by the effects of the run that is joined
};

class Aside {
 private:
  friend class State;

  struct Change {
    Identity identity() const {
      return {std::string_view(texts).substr(0, loopTsBytes), std::string_view(texts).substr(loopTsBytes)};
    }

    std::string texts;  // loop_ts, then lane
    size_t loopTsBytes = 0;
    uint64_t hash = 0;
    std::optional<LiveLeases::Record> lease;
    std::optional<IdentityMap<int64_t>::Record> token;
  };

  std::vector<Change> changes_;
  bool isWhole_ = false;  // the maps were emptied: all of them is here, and no changes are
  LiveLeases live_;
  IdentityMap<int64_t> generations_;
  int64_t counter_ = 0;
  int64_t highestSeq_ = 0;
  uint64_t lines_ = 0;
  bool endDamaged_ = false;
  uint64_t entries_ = 0;
  OpCounts ops_;
  Findings findings_;
  Order order_;
};

}  // namespace lane
