// An object's members -> the ones the fold, the numbering and the findings look at.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "json/json.h"

namespace lane {

/// From `lane` to `runId` they are, in this order, the fields that make a lease where an ACQUIRE has none
/// (docs/format.md 5).
enum class Field : uint8_t {
  lane,
  laneKind,
  tree,
  loopTs,
  hostId,
  pid,
  acquiredAt,
  heartbeatAt,
  ttlMinutes,
  holder,
  runId,
  op,
  seq,
  seqWatermark,
  ts,
  lease,
  leases,
  generations,
  generation,
  generationWatermark,
  reason,
  /// No key of its own: the last `heartbeat_at` of `lease`, empty if it has none. Absent where nobody looked it up.
  leaseStamp,
  none,
};
inline constexpr size_t fieldCount = static_cast<size_t>(Field::none);
inline constexpr size_t leaseFieldCount = static_cast<size_t>(Field::op);

/// The key as it stands in the file.
std::string_view keyOf(Field field);
/// The field of a decoded key; `none` for any other.
Field fieldOf(std::string_view key);

class ObjectFields {
 public:
  /// Takes the members of the object that `json` has parsed.
  void collect(const JsonText& json);
  void set(Field field, Value value) { values_[static_cast<size_t>(field)] = value; }
  /// The last value of that key, or an absent one. Borrows from the parsed text.
  Value operator[](Field field) const { return values_[static_cast<size_t>(field)]; }

 private:
  std::array<Value, fieldCount> values_;
  std::string room_;
};

/// Calls `visit(element, fields)` for each element of `array` that is an object; nothing if it is no array.
/// `array` is a text that JsonText called good, or absent.
template <class Visit>
void forEachObject(Value array, Visit visit) {
  if (!isArray(array)) return;
  JsonText elements;
  JsonText element;
  ObjectFields fields;
  elements.parse(array);
  for (const Child& child : elements.children()) {
    if (!isObject(child.value)) continue;
    element.parse(child.value);
    fields.collect(element);
    visit(child.value, fields);
  }
}

}  // namespace lane
