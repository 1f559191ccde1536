// Fencing tokens.
#include "core/generations.h"

#include <algorithm>


namespace lane {

void Generations::apply(Op op, Identity identity, const ObjectFields& entry) {
  switch (op) {
    case Op::checkpoint: restore(entry); break;
    case Op::acquire:
    case Op::reconcile:
      if (!identity.isNone()) held_.at(identity) = ++counter_;
      break;
    case Op::release:
    case Op::scavenge:
      if (!identity.isNone()) held_.erase(identity);
      break;
    case Op::heartbeat:
    case Op::adopt:
    case Op::other: break;
  }
}

void Generations::restore(const ObjectFields& checkpoint) {
  held_.clear();
  forEachObject(checkpoint[Field::generations], [this](Value, const ObjectFields& row) {
    IdentityRoom room;
    const Identity identity = room.read(row[Field::loopTs], row[Field::lane]);
    const auto number = safeIntegerOf(row[Field::generation]);
    if (identity.isNone() || !number) return;
    held_.at(identity) = *number;
    counter_ = std::max(counter_, *number);
  });
  counter_ = std::max(counter_, safeIntegerOf(checkpoint[Field::generationWatermark]).value_or(0));
}

}  // namespace lane
