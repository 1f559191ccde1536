// A line against the slots of a shape: the texts between values compared, each value validated.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lane {

/// Zero bytes that must follow the last line of the memory in which lines are matched: a value never runs over a zero,
/// and the text between values is never longer than this.
inline constexpr size_t matchPaddingBytes = 4096;

/// The text before a value, and the value's kind; the last slot is the text after all values.
struct ShapeSlot {
  uint32_t textBegin;
  uint32_t textBytes;
  uint32_t textMask;  // of its first 32 bytes
  bool isString;
  uint8_t trust;   // how often in a row `guess` was right
  uint32_t guess;  // the last value's length
};

/// The end of the line at `at`, its LF not counted, or null if a slot does not fit. `text` holds the slots' texts and
/// `wideBytes` more; `tail` is the last slot. Where each text was found goes into `places`.
using Match = const char* (*)(const char* at, const char* text, ShapeSlot* slots, const ShapeSlot* tail,
                              const char** places);
extern const Match matchShape;

}  // namespace lane
