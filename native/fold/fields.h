// Finds the fields of an object that the fold, the numbering and the findings need.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "json/json.h"

namespace lane {

/// The fields from `lane` to `runId` form, in this order, the lease of an ACQUIRE that nests none (docs/format.md 5).
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
  /// Not a key of the object: the last `heartbeat_at` of `lease`. Empty if it has none; absent if not looked up.
  leaseStamp,
  none,
};
inline constexpr size_t fieldCount = static_cast<size_t>(Field::none);
inline constexpr size_t leaseFieldCount = static_cast<size_t>(Field::op);

/// The key as it is written in the file.
std::string_view keyOf(Field field);
/// Returns the field of a decoded key, or `none` for an unknown key.
Field fieldOf(std::string_view key);

class ObjectFields {
 public:
  /// Takes the members of the object that `json` has parsed.
  void collect(const JsonText& json);
  /// Makes every field absent.
  void clear() { values_.fill(Value()); }
  void set(Field field, Value value) { values_[static_cast<size_t>(field)] = value; }
  /// Returns the last value of the field's key; absent if the object has none. Borrows from the parsed text.
  Value operator[](Field field) const { return values_[static_cast<size_t>(field)]; }

 private:
  std::array<Value, fieldCount> values_;
  std::string room_;
};

/// Calls `visit(element, fields)` for each element of `array` that is an object with members. Does nothing if `array`
/// is not an array. `array` must be absent or a text that JsonText called good.
template <class Visit>
void forEachObject(Value array, Visit visit) {
  if (!isArray(array)) return;
  JsonText elements;
  ObjectFields fields;
  elements.parseElements(array, [&](Value element) {
    if (elements.children().empty()) return;
    fields.collect(elements);
    visit(element, fields);
  });
}

/// Returns the last value of the field's key in an object's text; absent if there is none.
Value memberOf(Value object, Field field);

/// Returns the last `heartbeat_at` in a lease's text; absent if there is none.
inline Value stampOfLease(Value object) { return memberOf(object, Field::heartbeatAt); }

}  // namespace lane
