// Fencing tokens: the second fold over the same entries (SPEC 5).
#pragma once

#include "core/fields.h"
#include "core/live.h"
#include "core/op.h"

namespace lane {

class Generations {
 public:
  /// Folds one entry in; `identity` is the entry's own.
  void apply(Op op, Identity identity, const ObjectFields& entry);

  const IdentityMap<int64_t>& held() const { return held_; }
  /// The highest ever handed out or heard of; never falls.
  int64_t counter() const { return counter_; }

 private:
  void restore(const ObjectFields& checkpoint);

  IdentityMap<int64_t> held_;
  int64_t counter_ = 0;
};

}  // namespace lane
