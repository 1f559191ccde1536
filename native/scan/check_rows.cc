// Writes what is known about check values as rows of a snapshot, and reads it back.
#include "scan/check_rows.h"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <stdexcept>

namespace lane {

namespace {

[[noreturn]] void refuseRow(const char* what) {
  throw std::invalid_argument(std::string("snapshot: expected ") + what);
}

void appendInRow(uint64_t number, std::string& out) { out.append(",").append(std::to_string(number)); }

void beginRow(std::string_view tag, std::initializer_list<uint64_t> numbers, std::string& out) {
  out.append("[\"").append(tag).append("\"");
  for (const uint64_t number : numbers) appendInRow(number, out);
}

void appendRanges(const std::vector<ByteRange>& ranges, std::string& out) {
  for (const ByteRange& range : ranges) {
    appendInRow(range.from, out);
    appendInRow(range.to, out);
  }
}

bool areBefore(const std::vector<ByteRange>& gaps, uint64_t end) {
  return gaps.size() <= CheckState::gapsMax &&
         std::all_of(gaps.begin(), gaps.end(), [end](ByteRange gap) { return gap.from < gap.to && gap.to <= end; });
}

std::vector<ByteRange> rangesOf(std::span<const uint64_t> numbers) {
  std::vector<ByteRange> ranges;
  for (size_t i = 0; i + 1 < numbers.size(); i += 2) ranges.push_back({numbers[i], numbers[i + 1]});
  return ranges;
}

void readRecent(std::span<const uint64_t> numbers, CheckState& checks) {
  constexpr size_t fields = 5;
  while (!numbers.empty()) {
    if (numbers.size() < fields || numbers[1] > UINT32_MAX || numbers[4] > CheckState::gapsMax) refuseRow("a value");
    const CheckValue value{static_cast<uint32_t>(numbers[1]), numbers[2], numbers[3], numbers[0]};
    const size_t gapNumbers = 2 * numbers[4];
    numbers = numbers.subspan(fields);
    if (numbers.size() < gapNumbers) refuseRow("the gaps of a value");
    checks.remember(value, rangesOf(numbers.first(gapNumbers)));
    numbers = numbers.subspan(gapNumbers);
    if (checks.remembered.size() > CheckState::recentMax) refuseRow("the last values");
  }
}

void expectSound(const CheckState& checks, uint64_t offset) {
  const uint64_t last = checks.last;
  bool isSound = checks.first <= last && last <= offset;
  isSound = isSound && areBefore(checks.gaps, last);
  for (const JudgedValue& each : checks.remembered) {
    isSound = isSound && each.value.offset <= last && areBefore(each.gaps, last);
  }
  if (!isSound) refuseRow("places before the offset");
  const uint64_t listed = std::min<uint64_t>(checks.badCount, CheckState::badMax);
  if (checks.bad.size() != listed) refuseRow("the stretches of its count");
}

}  // namespace

void appendCheckRows(const CheckState& checks, std::string& out) {
  const Place since = checks.since;
  beginRow("checks",
           {checks.values, checks.covered, checks.reread, checks.first, checks.last, since.line, since.offset}, out);
  out += "]\n";
  beginRow("gaps", {}, out);
  appendRanges(checks.gaps, out);
  out += "]\n";
  beginRow("recent", {}, out);
  for (const auto& [value, gaps] : checks.recent()) {
    for (const uint64_t number : {value.offset, uint64_t{value.crc}, value.seen, value.own}) appendInRow(number, out);
    appendInRow(gaps.size(), out);
    appendRanges(gaps, out);
  }
  out += "]\n";
  beginRow("badChecks", {checks.badCount}, out);
  for (const CheckStretch& stretch : checks.bad) {
    for (const Place& place : {stretch.from, stretch.to}) {
      appendInRow(place.line, out);
      appendInRow(place.offset, out);
    }
  }
  out += "]\n";
}

CheckState readCheckRows(const TakeRow& take, uint64_t offset) {
  const std::vector<uint64_t> counts = take("checks", 7, 8);
  if (counts.size() != 7) refuseRow("seven numbers");
  CheckState checks;
  checks.values = counts[0];
  checks.covered = counts[1];
  checks.reread = counts[2];
  checks.first = counts[3];
  checks.last = counts[4];
  checks.since = {counts[5], counts[6]};
  checks.gaps = rangesOf(take("gaps", 0, 2));
  readRecent(take("recent", 0, 1), checks);
  const std::vector<uint64_t> bad = take("badChecks", 1, 4);
  checks.badCount = bad[0];
  for (size_t i = 1; i < bad.size(); i += 4) {
    checks.bad.push_back({{bad[i], bad[i + 1]}, {bad[i + 2], bad[i + 3]}});
  }
  expectSound(checks, offset);
  return checks;
}

}  // namespace lane
