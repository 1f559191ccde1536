// Formats what `lj --version` prints: the counterpart of src/cli/verbs/version.ts.
#pragma once

#include <string>

namespace lane {

/// Returns the version, the engine and which program answers. Throws HandOver if the environment names an engine.
std::string formatVersion();

}  // namespace lane
