// Takes from entries the members that a history reads.
#include "scan/members.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "json/words.h"

namespace lane {

namespace {

/// Enough for the texts that repeat within a piece.
constexpr size_t knownMax = 1024;

struct Key {
  std::string_view text;
  Column column;
};

constexpr std::array keysOfEntry = {
    Key{"op", Column::op},
    Key{"ts", Column::ts},
    Key{"by", Column::by},
    Key{"seq", Column::seq},
    Key{"lane", Column::lane},
    Key{"tree", Column::tree},
    Key{"tool", Column::tool},
    Key{"lease", Column::lease},
    Key{"reason", Column::reason},
    Key{"holder", Column::holder},
    Key{"run_id", Column::runId},
    Key{"handle", Column::handle},
    Key{"loop_ts", Column::loopTs},
    Key{"host_id", Column::hostId},
    Key{"root_id", Column::rootId},
    Key{"held_by", Column::heldBy},
    Key{"handler", Column::handler},
    Key{"withheld", Column::withheld},
    Key{"parent_id", Column::parentId},
    Key{"acquired_at", Column::acquiredAt},
    Key{"prev_holder", Column::prevHolder},
    Key{"heartbeat_at", Column::heartbeatAt},
    Key{"intervention", Column::intervention},
    Key{"reason_class", Column::reasonClass},
    Key{"seq_watermark", Column::seqWatermark},
    Key{"blocking_trees", Column::blockingTrees},
    Key{"generation_watermark", Column::generationWatermark},
};

constexpr std::array keysOfLease = {
    Key{"tree", Column::leaseTree},
    Key{"holder", Column::leaseHolder},
    Key{"run_id", Column::leaseRunId},
    Key{"reason", Column::leaseReason},
    Key{"host_id", Column::leaseHostId},
    Key{"acquired_at", Column::leaseAcquiredAt},
    Key{"heartbeat_at", Column::leaseHeartbeatAt},
};

/// The keys are few and differ in length, so that most of them are told apart without a look at their text.
template <class Keys>
Column columnOf(const Keys& keys, std::string_view text) {
  for (const Key& key : keys) {
    if (key.text.size() >= text.size()) {
      if (key.text.size() > text.size()) return Column::none;
      if (key.text == text) return key.column;
    }
  }
  return Column::none;
}

}  // namespace

void MemberRows::clear() {
  if (numbers_.empty()) return;
  numbers_.clear();
  values_.clear();
  count_ = 0;
  std::fill(known_.begin(), known_.end(), Known());
}

size_t MemberRows::add(std::string_view entry) {
  const size_t row = addRow();
  json_.parse(entry);
  Value lease;
  for (const Child& child : json_.children()) {
    const Column column = columnOf(keysOfEntry, json_.hasEscapes() ? unescaped(child.key, room_) : child.key);
    if (column == Column::lease) {
      lease = child.value;
    } else if (column != Column::none) {
      at(column) = numberOf(child.value);
    }
  }
  if (!isObject(lease)) return row;
  at(Column::lease) = numberOf("true");
  json_.parse(lease);
  for (const Child& child : json_.children()) {
    const Column column = columnOf(keysOfLease, json_.hasEscapes() ? unescaped(child.key, room_) : child.key);
    if (column != Column::none) at(column) = numberOf(child.value);
  }
  return row;
}

size_t MemberRows::addWhole(std::string_view entry) {
  const size_t row = addRow();
  at(Column::whole) = addValue(entry);
  return row;
}

size_t MemberRows::addRow() {
  numbers_.resize(numbers_.size() + columnCount);
  return numbers_.size() / columnCount - 1;
}

uint32_t MemberRows::numberOf(Value value) {
  if (known_.empty()) known_.resize(knownMax);
  Known& known = known_[hashBytes(value, hashSeed) % known_.size()];
  if (known.number == 0 || known.value != value) known = {value, addValue(value)};
  return known.number;
}

uint32_t MemberRows::addValue(Value value) {
  values_ += ',';
  values_ += value;
  return ++count_;
}

}  // namespace lane
