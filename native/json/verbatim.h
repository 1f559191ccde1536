// Finds whether a container's text is already what JSON.stringify would write for its value, so that it need not be
// rewritten. The twin of src/core/verbatim.ts.
#pragma once

#include "json/json.h"

namespace lane {

/// Returns true only if `appendStringified` would write the text as it is. Returns false for some more texts: those
/// with an escape, a fraction, a number of many digits, a key that begins with a digit or, by chance, two keys whose
/// hashes are equal. `container` must be a text that JsonText called good.
bool isStringified(Value container);

}  // namespace lane
