// Takes from entries the members that a history reads, so that the rest of an entry need not become a value.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace lane {

/// The columns of a row. `whole` is the entry itself, if it is needed; the other columns are then empty. `lease` is not
/// empty if the entry nests a lease, whose members are the columns from `leaseHolder` on. Others are members of the
/// entry. The order is that of `entryAt` in src/engine/sifted-rows.ts.
enum class Column : uint8_t {
  whole,
  op,
  lane,
  loopTs,
  seq,
  seqWatermark,
  ts,
  reason,
  reasonClass,
  by,
  holder,
  prevHolder,
  hostId,
  runId,
  rootId,
  parentId,
  tree,
  acquiredAt,
  heartbeatAt,
  heldBy,
  blockingTrees,
  generationWatermark,
  handle,
  tool,
  intervention,
  handler,
  withheld,
  lease,
  leaseHolder,
  leaseRunId,
  leaseTree,
  leaseHostId,
  leaseAcquiredAt,
  leaseHeartbeatAt,
  leaseReason,
  none
};

/// Rows of numbers of values. Equal values usually have the same number, because most of a journal's values repeat.
class MemberRows {
 public:
  static constexpr size_t columnCount = static_cast<size_t>(Column::none);

  void clear();
  /// Adds the members of an object, which JsonText called good. Returns the number of its row. `entry` must remain
  /// valid until `clear`.
  size_t add(std::string_view entry);
  /// Like `add`, but takes the entry as a whole.
  size_t addWhole(std::string_view entry);

  /// The numbers of a row's values. A value that is absent has the number 0, and the first other one has 1.
  std::span<const uint32_t> row(size_t number) const { return {&numbers_[number * columnCount], columnCount}; }
  /// The texts of the values in the order of their numbers, each after a comma.
  const std::string& values() const { return values_; }
  uint32_t count() const { return count_; }

 private:
  struct Known {
    Value value;
    uint32_t number = 0;
  };

  uint32_t& at(Column column) { return numbers_[numbers_.size() - columnCount + static_cast<size_t>(column)]; }
  size_t addRow();
  uint32_t numberOf(Value value);
  uint32_t addValue(Value value);

  std::vector<uint32_t> numbers_;
  std::string values_;
  uint32_t count_ = 0;
  /// The last value with each hash modulo their number. Empty until there is a value.
  std::vector<Known> known_;
  JsonText json_;
  std::string room_;
};

}  // namespace lane
