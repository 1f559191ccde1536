// Declares the kernels that compare a line with the slots of a shape or the bounds of a layout. They compare the fixed
// text and validate each value. `ShapeCache` (match/shapes.h) selects the shapes and layouts to try for a line.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lane {

/// The number of zero bytes that must follow the last line in the memory in which lines are matched. A value ends at a
/// zero, and the text between two values is never longer than this.
inline constexpr size_t matchPaddingBytes = 4096;

/// The text before a value, and the value's kind. The last slot is the text after all values.
struct ShapeSlot {
  uint32_t textBegin;
  uint32_t textBytes;
  uint32_t textMask;  // one bit for each of the first 32 bytes
  bool isString;
  uint8_t trust;   // how many times in a row `guess` was right
  uint32_t guess;  // the length of the last value
};

/// Returns the end of the line at `at`, its LF not counted, or null if a slot does not fit. `text` holds the slots'
/// texts, followed by `wideBytes` more bytes. `tail` is the last slot. `places` receives the position of each text.
using Match = const char* (*)(const char* at, const char* text, ShapeSlot* slots, const ShapeSlot* tail,
                              const char** places);

/// Longer lines have no layout (match/layout.h).
inline constexpr size_t layoutBytesMax = 1024;
/// The number of bytes in the widest step of `isWithin`.
inline constexpr size_t layoutBytesMin = 64;

/// A number computed from a line's length and the places of its quotes. Distinguishes one layout from another.
struct Outline {
  static constexpr uint64_t quotesMax = 255;

  /// Holds, from the low bits up: the number of quotes modulo 256, the exact length without the LF, and part of a hash
  /// of the places.
  uint64_t value = 0;

  static Outline of(uint64_t hash, uint64_t lineBytes, uint64_t quotes) {
    return {(hash * layoutBytesMax | lineBytes) * (quotesMax + 1) | (quotes & quotesMax)};
  }
  uint64_t quotes() const { return value & quotesMax; }
  /// The length of the line with its LF.
  size_t bytes() const { return value / (quotesMax + 1) % layoutBytesMax + 1; }
  uint64_t hash() const { return value / (quotesMax + 1) / layoutBytesMax; }
  bool operator==(const Outline&) const = default;
};

/// The end of a line, its LF not counted, and the line's outline. The end is null if the line is too long for a layout.
struct OutlinedLine {
  const char* end = nullptr;
  Outline outline;
};

/// Computes the outline of the line at `at`.
using ReadOutline = OutlinedLine (*)(const char* at);

/// Returns whether each of `bytes` bytes, at least `layoutBytesMin`, lies within its bounds. If the two bounds differ,
/// quotes and backslashes are rejected too.
using IsWithin = bool (*)(const char* at, const char* low, const char* high, size_t bytes);

/// The kernels, compiled for the widest instructions that the processor has.
struct Matcher {
  Match matchShape;
  ReadOutline readOutline;
  IsWithin isWithin;
  const char* instructions;  // the name of the instruction set, for people
};
extern const Matcher matcher;

}  // namespace lane
