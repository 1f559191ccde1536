// A line against the slots of a shape, or against the bounds of a layout: text compared, each value validated.
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

/// Longer lines have no layout (core/layout.h).
inline constexpr size_t layoutBytesMax = 1024;
/// The widest step of `isWithin`.
inline constexpr size_t layoutBytesMin = 64;

/// A line's length and where its quotes are, as a number that tells one layout from another.
struct Outline {
  static constexpr uint64_t quotesMax = 255;

  /// The number of quotes, as far as it fits; the length without the LF, exact; what fits of a hash of the places.
  uint64_t value = 0;

  static Outline of(uint64_t hash, uint64_t lineBytes, uint64_t quotes) {
    return {(hash * layoutBytesMax | lineBytes) * (quotesMax + 1) | (quotes & quotesMax)};
  }
  uint64_t quotes() const { return value & quotesMax; }
  /// Of the line with its LF.
  size_t bytes() const { return value / (quotesMax + 1) % layoutBytesMax + 1; }
  uint64_t hash() const { return value / (quotesMax + 1) / layoutBytesMax; }
  bool operator==(const Outline&) const = default;
};

/// The outline of the line at `at` and its end, its LF not counted; null if it is longer than a layout.
using ReadOutline = const char* (*)(const char* at, Outline& outline);

/// True if each of `bytes` bytes, at least `layoutBytesMin`, lies in its bounds; where these differ, quotes and
/// backslashes are out of bounds too.
using IsWithin = bool (*)(const char* at, const char* low, const char* high, size_t bytes);

/// Compiled for the widest instructions that the processor has.
struct Matcher {
  Match matchShape;
  ReadOutline readOutline;
  IsWithin isWithin;
  const char* instructions;  // their name, for people
};
extern const Matcher matcher;

}  // namespace lane
