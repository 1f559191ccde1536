// Writes what is known about check values as rows of a snapshot, and reads it back (docs/format.md 10, "Snapshots").
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/checks.h"

namespace lane {

void appendCheckRows(const CheckState& checks, std::string& out);

/// Takes the next row, which must have the tag, and returns its numbers: groups of `size` after the first `before`.
using TakeRow = std::function<std::vector<uint64_t>(std::string_view tag, size_t before, size_t size)>;

/// `offset`: where the settled lines end. Throws std::invalid_argument.
CheckState readCheckRows(const TakeRow& take, uint64_t offset);

}  // namespace lane
