// An entry -> a change of the live leases (SPEC 5).
#pragma once

#include "core/fields.h"
#include "core/live.h"
#include "core/op.h"

namespace lane {

/// Folds one entry in; `identity` is the entry's own.
void foldEntry(LiveLeases& live, Op op, Identity identity, const ObjectFields& entry);

/// True if a HEARTBEAT or ADOPT would move a live lease's stamp back, both being strings (SPEC 3, `heartbeatBack`).
/// To be asked before the entry is folded.
bool movesHeartbeatBack(LiveLeases& live, Op op, Identity identity, const ObjectFields& entry);

}  // namespace lane
