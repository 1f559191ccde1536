// What a journal comes to, piece after piece. Copies are independent.
#pragma once

#include <vector>

#include "fold/findings.h"
#include "fold/live.h"
#include "fold/order.h"
#include "scan/piece.h"

namespace lane {

class State {
 public:
  explicit State(FoldKind kind) : kind_(kind) {}

  /// Takes in the lines that follow those it knows.
  void join(const Lines& lines);
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

}  // namespace lane
