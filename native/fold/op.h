// Lists the ops that the fold knows (docs/format.md 5). Every other op, including `_CORRUPT`, has no effect on it.
#pragma once

#include <cstdint>
#include <string_view>

namespace lane {

enum class Op : uint8_t {
  other,
  checkpoint,
  acquire,
  reconcile,
  release,
  scavenge,
  heartbeat,
  adopt
};

/// The op of a sentinel (docs/format.md 3).
inline constexpr std::string_view corruptOp = "_CORRUPT";

inline Op opOf(std::string_view text) {
  switch (text.size()) {
    case 5: return text == "ADOPT" ? Op::adopt : Op::other;
    case 7: return text == "ACQUIRE" ? Op::acquire : text == "RELEASE" ? Op::release : Op::other;
    case 8: return text == "SCAVENGE" ? Op::scavenge : Op::other;
    case 9: return text == "HEARTBEAT" ? Op::heartbeat : text == "RECONCILE" ? Op::reconcile : Op::other;
    case 10: return text == "CHECKPOINT" ? Op::checkpoint : Op::other;
    default: return Op::other;
  }
}

}  // namespace lane
