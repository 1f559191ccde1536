// Declares the kernels that compare a line with the slots of a shape or the bounds of a layout. They compare the fixed
// text and validate each value. `ShapeCache` (match/shapes.h) selects the shapes and layouts to try for a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/padded.h"
#include "base/simd.h"

namespace lane {

/// The text before a value, and the value's kind. The last slot is the text after all values.
struct ShapeSlot {
  uint32_t textBegin;
  uint32_t textBytes;
  uint32_t textMask;  // one bit for each of the first 32 bytes
  bool isString;
  uint8_t trust;   // how many times in a row `guess` was right
  uint32_t guess;  // the length of the last value
};

/// What the lines of a shape have in common.
class Pattern {
 public:
  Pattern() = default;
  /// `text` holds the texts of all slots in order. The last slot is the text after all values.
  Pattern(std::string text, std::vector<ShapeSlot> slots) : text_(std::move(text)), slots_(std::move(slots)) {
    text_.append(wideBytes, '\0');
  }

  /// The text, which `wideBytes` more bytes follow.
  const char* text() const { return text_.data(); }
  const std::vector<ShapeSlot>& slots() const { return slots_; }
  /// The slots, whose guesses change with each match.
  std::span<ShapeSlot> slots() { return slots_; }

  /// Lines whose text between the values is longer than this have no pattern: a comparison must end in the padding.
  static constexpr size_t textBytesMax = PaddedText::paddingBytes - wideBytes;

 private:
  std::string text_;
  std::vector<ShapeSlot> slots_;
};

/// Returns the end of the line with which `text` begins, its LF not counted, or null if a slot does not fit. `places`
/// receives the position of each slot's text.
using Match = const char* (*)(PaddedText text, Pattern& pattern, const char** places);

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

/// Computes the outline of the line with which `text` begins.
using ReadOutline = OutlinedLine (*)(PaddedText text);

/// Returns whether each byte of the line, at least `layoutBytesMin`, lies within its bounds. `bounds` holds the lower
/// bound of each byte, followed by the upper bounds. If the two differ, quotes and backslashes are rejected too.
using IsWithin = bool (*)(std::string_view line, std::string_view bounds);

/// The kernels, compiled for the widest instructions that the processor has.
struct Matcher {
  Match matchShape;
  ReadOutline readOutline;
  IsWithin isWithin;
  const char* instructions;  // the name of the instruction set, for people
};
extern const Matcher matcher;

}  // namespace lane
