// Finds the known fields among an object's members.
#include "fold/fields.h"

#include <initializer_list>

#include "base/simd.h"
#include "json/words.h"

namespace lane {

namespace {

constexpr std::array<std::string_view, fieldCount> keys = {"lane",        "lane_kind",
                                                           "tree",        "loop_ts",
                                                           "host_id",     "pid",
                                                           "acquired_at", "heartbeat_at",
                                                           "ttl_minutes", "holder",
                                                           "run_id",      "op",
                                                           "seq",         "seq_watermark",
                                                           "ts",          "lease",
                                                           "leases",      "generations",
                                                           "generation",  "generation_watermark",
                                                           "reason",      ""};

Field chooseKey(std::string_view key, std::initializer_list<Field> candidates) {
  for (const Field field : candidates) {
    // Both keys have the same length.
    if (equalBytes(key.data(), keyOf(field).data(), key.size())) return field;
  }
  return Field::none;
}

}  // namespace

std::string_view keyOf(Field field) { return keys[static_cast<size_t>(field)]; }

Field fieldOf(std::string_view key) {
  switch (key.size()) {
    case 2: return chooseKey(key, {Field::op, Field::ts});
    case 3: return chooseKey(key, {Field::seq, Field::pid});
    case 4: return chooseKey(key, {Field::lane, Field::tree});
    case 5: return chooseKey(key, {Field::lease});
    case 6: return chooseKey(key, {Field::holder, Field::runId, Field::leases, Field::reason});
    case 7: return chooseKey(key, {Field::loopTs, Field::hostId});
    case 9: return chooseKey(key, {Field::laneKind});
    case 10: return chooseKey(key, {Field::generation});
    case 11: return chooseKey(key, {Field::acquiredAt, Field::ttlMinutes, Field::generations});
    case 12: return chooseKey(key, {Field::heartbeatAt});
    case 13: return chooseKey(key, {Field::seqWatermark});
    case 20: return chooseKey(key, {Field::generationWatermark});
    default: return Field::none;
  }
}

void ObjectFields::collect(const JsonText& json) {
  clear();
  for (const Child& child : json.children()) {
    const Field field = fieldOf(json.hasEscapes() ? unescaped(child.key, room_) : child.key);
    if (field != Field::none) values_[static_cast<size_t>(field)] = child.value;
  }
}

Value memberOf(Value object, Field field) {
  JsonText json;
  json.parse(object);
  Value found;
  std::string room;
  for (const Child& child : json.children()) {
    if (unescaped(child.key, room) == keyOf(field)) found = child.value;
  }
  return found;
}

}  // namespace lane
