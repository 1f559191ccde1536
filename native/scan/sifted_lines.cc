// Sorts the entries of a piece of the journal for a reader that folds its history.
#include "scan/sifted_lines.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "fold/seq.h"
#include "fold/stamp.h"
#include "json/words.h"

namespace lane {

namespace {

/// The ops that the history needs and the fold does not know.
constexpr std::array<std::string_view, 3> ownOps = {"REFUSE", "HALT", "SPAWN"};

/// The op of a blocked call.
constexpr std::string_view callOp = "ENFORCE";

constexpr std::string_view sentinelText = R"({"op":"_CORRUPT"})";

bool isBegin(Op op) { return op == Op::acquire || op == Op::reconcile; }

SiftedLine::Kind kindOf(Op op) {
  switch (op) {
    case Op::acquire:
    case Op::reconcile: return SiftedLine::Kind::begin;
    case Op::release:
    case Op::scavenge: return SiftedLine::Kind::end;
    case Op::checkpoint: return SiftedLine::Kind::checkpoint;
    default: return SiftedLine::Kind::other;
  }
}

}  // namespace

void SiftedLines::clear() {
  kept_.clear();
  members_.clear();
  count_ = 0;
  order_.clear();
  skipped_ = {};
  mayCarry_ = true;
}

void SiftedLines::addSentinel(Place place, uint64_t fileBytes, std::string_view /*text*/) {
  count_++;
  SiftedLine line = begin(Op::other, place, sentinelText, fileBytes - 1);
  line.isWhole = true;
  keep(line);
}

void SiftedLines::add(LineKind kind, const Line& line, EntryReader& entry, Arena& arena) {
  count_++;
  if (kind != LineKind::entry) return;
  const ObjectFields& fields = entry.fields();
  std::string room;
  const std::string_view opText = isString(fields[Field::op]) ? textOf(fields[Field::op], room) : std::string_view();
  Traits traits{opOf(opText), opText};
  SiftedLine kept = begin(traits.op, line.place, entry.text(), line.fileBytes - (line.terminated ? 1 : 0));
  if (traits.op != Op::other && traits.op != Op::checkpoint) {
    kept.identity = readIdentity(fields[Field::loopTs], fields[Field::lane], arena);
  }
  const bool isBack = takeNumbers(fields, line.place);
  traits.hasWatermark = isPresent(fields[Field::seqWatermark]);
  traits.isOdd = takeTs(fields[Field::ts], line.place, traits.at) || isBack;
  traits.endsCarried = traits.op != Op::acquire || isPresent(fields[Field::ts]) || isPresent(fields[Field::seq]);
  sift(kept, traits, fields[Field::generationWatermark]);
}

void SiftedLines::add(MatchedLine& line, Place place, Arena& arena) {
  count_++;
  Traits traits{line.op(), line.shape().opText()};
  SiftedLine kept = begin(traits.op, place, line.text(), line.text().size());
  if (traits.op != Op::other) kept.identity = line.identity(arena);
  bool isBack = false;
  if (line.isPlain()) {
    const int64_t seq = line.plainSeq();
    isBack = order_.takeSeq(seq, place) || (seq != 0 && !kept.before.seq);
  } else {
    isBack = takeNumbers(line.fields(), place);
    traits.hasWatermark = isPresent(line.fields()[Field::seqWatermark]);
  }
  const Value ts = line.noted(Shape::Noted::ts);
  traits.isOdd = takeTs(ts, place, traits.at) || isBack;
  Value watermark;
  if (isBegin(traits.op)) {
    watermark = line.fields()[Field::generationWatermark];
    traits.endsCarried = traits.op != Op::acquire || !ts.empty() || isPresent(line.fields()[Field::seq]);
  }
  sift(kept, traits, watermark);
}

SiftedLine SiftedLines::begin(Op op, Place place, std::string_view text, uint64_t bytes) const {
  SiftedLine line;
  line.kind = kindOf(op);
  line.place = place;
  line.text = text;
  line.bytes = bytes;
  line.before = before();
  return line;
}

/// Returns whether the entry's number goes back or cannot be compared with an earlier one.
bool SiftedLines::takeNumbers(const ObjectFields& fields, Place place) {
  const bool isFirst = !order_.seq().last();
  const Numbers numbers = numbersOf(fields);
  return order_.takeNumbers(numbers, place) || (isFirst && numbers.seq != 0);
}

/// Returns whether the stamp is missing, goes back, lies in the future or cannot be compared with an earlier one. Sets
/// `at` to its instant.
bool SiftedLines::takeTs(Value ts, Place place, int64_t& at) {
  const std::optional<int64_t> before = order_.ts().last();
  bool isBack = false;
  if (ts.size() == OrderRow::plainBytes && isString(ts) && order_.takePlain(ts.data() + 1)) {
    at = order_.ts().last().value_or(0);
  } else {
    if (!isString(ts)) return true;
    std::string room;
    const std::optional<Moments> moments = readStamp(unescaped(contentOf(ts), room));
    if (!moments) return true;
    isBack = order_.takeTs(ts, place);
    at = moments->first;
  }
  return isBack || !before || at > sieve_.nowMs;
}

void SiftedLines::sift(SiftedLine line, const Traits& traits, Value watermark) {
  const bool isCarrying = mayCarry_;
  const bool isDamage = traits.opText == corruptOp;
  if (traits.endsCarried && !isDamage) mayCarry_ = traits.op == Op::checkpoint;
  line.isWhole = isDamage || traits.op == Op::checkpoint;
  if (isCarrying || line.isWhole || traits.hasWatermark) return keep(line);
  if (!concerns(line, traits.op)) return skip(line, traits.op, watermark);
  if (traits.isOdd) return keep(line);
  if (!isEventful(traits)) return;
  if (traits.op == Op::heartbeat) {
    if (line.identity.isNone()) return;
    line.kind = SiftedLine::Kind::beat;
    line.at = traits.at;
  }
  keep(line);
}

/// Returns whether the history may differ without the entry, even if nothing is odd about it.
bool SiftedLines::isEventful(const Traits& traits) const {
  return traits.op != Op::other || (sieve_.calls && traits.opText == callOp) ||
         std::find(ownOps.begin(), ownOps.end(), traits.opText) != ownOps.end();
}

/// Returns whether the entry may concern the lane of the sieve. An entry that is kept needlessly does no harm.
bool SiftedLines::concerns(const SiftedLine& line, Op op) const {
  if (sieve_.lane.empty()) return true;
  if (op != Op::other) return line.identity.lane == sieve_.lane;
  return line.text.find(sieve_.lane) != std::string_view::npos || line.text.find('\\') != std::string_view::npos;
}

void SiftedLines::keep(SiftedLine& line) {
  line.skipped = skipped_;
  skipped_ = {};
  if (line.isWhole) {
    line.row = members_.addWhole(line.text);
  } else if (line.kind != SiftedLine::Kind::beat) {
    line.row = members_.add(line.text);
  }
  kept_.push_back(line);
}

void SiftedLines::skip(const SiftedLine& line, Op op, Value watermark) {
  if (!isBegin(op) || line.identity.isNone()) return;
  if (isPresent(watermark)) skipped_.atLeast = std::max(skipped_.atLeast, safeIntegerOf(watermark).value_or(0));
  skipped_.added++;
  skipped_.atLeast++;
}

template class PieceOf<SiftedLines>;

}  // namespace lane
