// Judges the check values of a journal (docs/format.md 13): each covers the bytes before it that no earlier one covers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/line.h"
#include "scan/check_value.h"
#include "scan/file.h"
#include "scan/piece_checks.h"

namespace lane {

/// Some bytes of a file, from one offset up to another.
struct ByteRange {
  uint64_t from = 0;
  uint64_t to = 0;
};

/// A value, and the bytes before it that were pending after it.
struct JudgedValue {
  CheckValue value;
  std::vector<ByteRange> gaps;
};

/// The bytes in which damage lies.
struct CheckStretch {
  Place from;
  Place to;
};

/// What is known after the last value.
struct CheckState {
  static constexpr size_t badMax = 1000;
  // Limits of the rule; see docs/format.md 13.
  static constexpr size_t gapsMax = 8;
  static constexpr size_t recentMax = 8;

  /// The last values, the newest one last.
  std::span<const JudgedValue> recent() const {
    return std::span(remembered).last(std::min(remembered.size(), recentMax));
  }
  void remember(const CheckValue& value, const std::vector<ByteRange>& gapsAfter);

  uint64_t values = 0;
  uint64_t covered = 0;  // bytes that right values cover
  uint64_t reread = 0;   // bytes that were read again to judge values
  /// The place from which on a wrong value reports damage.
  Place since;
  /// The offsets of the first line, and of the last value; the latter is that of the first line if there is none.
  uint64_t first = 0;
  uint64_t last = 0;
  /// The pending bytes before `last`.
  std::vector<ByteRange> gaps;
  std::vector<JudgedValue> remembered;  // at least those of `recent`
  uint64_t badCount = 0;
  std::vector<CheckStretch> bad;  // the first ones
};

class Checks {
 public:
  Checks() = default;
  explicit Checks(CheckState state) : state_(std::move(state)) {}

  const CheckState& state() const { return state_; }

  /// The first line begins there. Must be called before anything is taken.
  void begin(uint64_t offset);

  /// Takes the lines of the piece that follows, which are at `range`. `lines`: the number of lines before them.
  void join(OpenFile file, const PieceChecks& piece, ByteRange range, uint64_t lines);

  /// Takes some lines that are not in memory. `lines`: as for `join`.
  void takeAgain(OpenFile file, ByteRange range, uint64_t lines);

  /// Appends `,"badChecks":{...},"checked":{...}`.
  void appendTo(std::string& out) const;

 private:
  void addSum(uint32_t sum, uint64_t bytes);
  void judge(OpenFile file, const CheckValue& value, Place end);
  void judgeOdd(OpenFile file, const CheckValue& value, Place end);
  std::optional<std::vector<ByteRange>> explain(OpenFile file, const CheckValue& value,
                                                const std::vector<ByteRange>& pending);
  std::vector<std::vector<ByteRange>> basesOf(uint64_t begin) const;
  bool fits(OpenFile file, const CheckValue& value, const std::vector<ByteRange>& before);

  CheckState state_;
  /// The CRC-32 of the pending bytes that were taken, if it is known. It is not computed before the first value.
  std::optional<uint32_t> sum_;
};

}  // namespace lane
