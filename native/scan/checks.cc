// Judges the check values of a journal.
#include "scan/checks.h"

#include <algorithm>
#include <span>

#include "base/crc32.h"
#include "fold/findings.h"

namespace lane {

namespace {

/// See docs/format.md 13.
constexpr uint64_t rereadMin = 16 * 1024 * 1024;

constexpr size_t rereadBlock = 64 * 1024;

using Ranges = std::vector<ByteRange>;

uint64_t bytesOf(const Ranges& ranges) {
  uint64_t bytes = 0;
  for (const ByteRange& range : ranges) bytes += range.to - range.from;
  return bytes;
}

void addRange(Ranges& ranges, ByteRange range) {
  if (range.from < range.to) ranges.push_back(range);
}

/// Returns the bytes from number `from` up to number `to`.
Ranges partOf(const Ranges& ranges, uint64_t from, uint64_t to) {
  Ranges part;
  uint64_t before = 0;
  for (const ByteRange& range : ranges) {
    const uint64_t bytes = range.to - range.from;
    const uint64_t begin = std::clamp(from, before, before + bytes);
    const uint64_t end = std::clamp(to, before, before + bytes);
    addRange(part, {range.from + (begin - before), range.from + (end - before)});
    before += bytes;
  }
  return part;
}

/// Calls `take` with the bytes of the range, block after block. Stops early if they are no longer in the file.
template <class Take>
void readRange(OpenFile file, ByteRange range, Take take) {
  std::string block(std::min<uint64_t>(rereadBlock, range.to - range.from), '\0');
  for (uint64_t at = range.from; at < range.to;) {
    const size_t got = readAt(file, block.data(), std::min<uint64_t>(block.size(), range.to - at), at);
    if (got == 0) return;
    take(std::string_view(block).substr(0, got));
    at += got;
  }
}

uint32_t sumOf(OpenFile file, const Ranges& ranges) {
  uint32_t sum = 0;
  for (const ByteRange& range : ranges) {
    readRange(file, range, [&sum](std::string_view bytes) { sum = crc32(sum, bytes); });
  }
  return sum;
}

void appendSide(const char* name, Place place, std::string& out) {
  out.append("\"").append(name).append("\":{");
  appendPlace(place, out);
  out += '}';
}

}  // namespace

void CheckState::remember(const CheckValue& value, const std::vector<ByteRange>& gapsAfter) {
  remembered.push_back({value, gapsAfter});
  // Cutting at several times the limit keeps the moving of values rare.
  if (remembered.size() > 8 * recentMax) remembered.erase(remembered.begin(), remembered.end() - recentMax);
}

void Checks::begin(uint64_t offset) {
  state_.first = state_.last = offset;
  state_.since = {0, offset};
}

void Checks::join(OpenFile file, const PieceChecks& piece, ByteRange range, uint64_t lines) {
  if (!piece.isComplete()) return takeAgain(file, range, lines);
  // The pending bytes are read again at the next value.
  if (piece.found().empty() && range.from < range.to) return sum_.reset();
  uint64_t from = range.from;
  for (const PieceChecks::Found& each : piece.found()) {
    addSum(each.sum, each.value.offset - from);
    from = each.value.offset;
    judge(file, each.value, {each.end.line + lines, each.end.offset});
  }
  addSum(piece.restSum(), piece.restBytes());
}

void Checks::takeAgain(OpenFile file, ByteRange range, uint64_t lines) {
  std::string text;  // the end of what was read, long enough for a value
  uint64_t end = range.from;
  readRange(file, range, [&](std::string_view bytes) {
    while (!bytes.empty()) {
      const size_t lf = bytes.find('\n');
      const size_t taken = lf == std::string_view::npos ? bytes.size() : lf;
      const size_t kept = std::min(taken, checkBytesMax);
      text.append(bytes.substr(taken - kept, kept));
      if (text.size() > checkBytesMax) text.erase(0, text.size() - checkBytesMax);
      end += taken;
      if (lf == std::string_view::npos) return;
      sum_.reset();
      if (const auto value = readCheckValue(text, end)) judge(file, *value, {lines, end});
      text.clear();
      lines++;
      end++;
      bytes.remove_prefix(taken + 1);
    }
  });
  sum_.reset();
}

void Checks::addSum(uint32_t sum, uint64_t bytes) {
  if (sum_) sum_ = joinCrc32(*sum_, sum, bytes);
}

void Checks::judge(OpenFile file, const CheckValue& value, Place end) {
  const uint64_t newBytes = value.offset - state_.last;
  // The ordinary case, without any allocation.
  if (state_.gaps.empty() && sum_ == value.crc && value.seen + value.own == newBytes) {
    state_.covered += newBytes;
  } else {
    judgeOdd(file, value, end);
  }
  if (state_.gaps.empty()) state_.since = {end.line, value.offset};
  state_.last = value.offset;
  state_.values++;
  state_.remember(value, state_.gaps);
  sum_ = sumOf(file, state_.gaps);
}

void Checks::judgeOdd(OpenFile file, const CheckValue& value, Place end) {
  Ranges pending = state_.gaps;
  addRange(pending, {state_.last, value.offset});
  const uint64_t pendingBytes = bytesOf(pending);
  const uint32_t sum = sum_ ? *sum_ : sumOf(file, pending);
  std::optional<Ranges> gaps = Ranges();
  if (value.seen + value.own == pendingBytes && value.crc == sum) {
    state_.covered += pendingBytes;
  } else {
    gaps = explain(file, value, pending);
  }
  if (!gaps && state_.badCount++ < CheckState::badMax) state_.bad.push_back({state_.since, end});
  state_.gaps = gaps.value_or(Ranges());
  constexpr size_t most = CheckState::gapsMax;
  if (state_.gaps.size() > most) state_.gaps.erase(state_.gaps.begin(), state_.gaps.end() - most);
}

/// Returns the bytes that stay pending before a value whose writer did not see all of them; nothing if it is wrong.
std::optional<Ranges> Checks::explain(OpenFile file, const CheckValue& value, const Ranges& pending) {
  if (value.own > value.offset - state_.last) return std::nullopt;
  const uint64_t begin = value.offset - value.own;
  for (const JudgedValue& other : state_.recent()) {
    if (other.value.isSameText(value)) return std::nullopt;
  }
  const uint64_t pendingBytes = bytesOf(pending);
  const Ranges before = partOf(pending, 0, pendingBytes - value.own);
  const std::vector<Ranges> bases = basesOf(begin);
  for (const Ranges& base : bases) {
    if (!fits(file, value, base)) continue;
    // The first base is what is pending.
    const bool isPending = &base == &bases.front();
    state_.covered += isPending ? value.seen + value.own : value.own;
    return isPending ? partOf(before, value.seen, pendingBytes) : before;
  }
  return std::nullopt;
}

/// Returns what may have been pending for the writer of bytes that begin at `begin`, the latest first.
std::vector<Ranges> Checks::basesOf(uint64_t begin) const {
  std::vector<Ranges> bases;
  const std::span<const JudgedValue> recent = state_.recent();
  for (size_t at = recent.size(); at > 0; at--) {
    const JudgedValue& judged = recent[at - 1];
    const ByteRange since{judged.value.offset, begin};
    if (!judged.gaps.empty()) {
      bases.push_back(judged.gaps);
      addRange(bases.back(), since);
    }
    bases.push_back({since});
  }
  if (recent.size() < CheckState::recentMax) bases.push_back({{state_.first, begin}});
  return bases;
}

bool Checks::fits(OpenFile file, const CheckValue& value, const Ranges& before) {
  const uint64_t cost = value.seen + value.own;
  if (value.seen > bytesOf(before) || state_.reread + cost > value.offset + rereadMin) return false;
  state_.reread += cost;
  Ranges claimed = partOf(before, 0, value.seen);
  addRange(claimed, {value.offset - value.own, value.offset});
  return sumOf(file, claimed) == value.crc;
}

void Checks::appendTo(std::string& out) const {
  out.append(",\"badChecks\":{\"count\":").append(std::to_string(state_.badCount)).append(",\"first\":[");
  for (const CheckStretch& stretch : state_.bad) {
    if (&stretch != &state_.bad.front()) out += ',';
    out += '{';
    appendSide("from", stretch.from, out);
    out += ',';
    appendSide("to", stretch.to, out);
    out += '}';
  }
  out.append("]},\"checked\":{\"values\":").append(std::to_string(state_.values));
  out.append(",\"bytes\":").append(std::to_string(state_.covered)).append("}");
}

}  // namespace lane
