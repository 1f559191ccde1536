// Folds successive lines without knowing what precedes them.
#include "scan/folded_lines.h"

#include <algorithm>

#include "fold/refusal.h"
#include "fold/seq.h"

namespace lane {

void Lines::clear() {
  runCount_ = 0;
  run_ = nullptr;
  highestSeq_ = 0;
  count_ = 0;
  endDamaged_ = false;
  entries_ = 0;
  ops_.clear();
  findings_.clear();
  order_.clear();
  checks_.clear();
  tallies_.fill({});
}

RunFold& Lines::nextRun() {
  if (runCount_ == runs_.size()) runs_.push_back(std::make_unique<RunFold>(kind_ == FoldKind::scan));
  run_ = runs_[runCount_++].get();
  run_->clear();
  return *run_;
}

/// Returns the run for a CHECKPOINT. If the current run began with one, it is reused: `restore` replaces its leases,
/// and its findings do not depend on earlier lines. There are therefore never more than two runs.
RunFold& Lines::freshRun() { return run_ != nullptr && run_->isFresh() ? *run_ : nextRun(); }

void Lines::finish(std::string_view text, uint64_t begin, uint64_t end) {
  if (kind_ == FoldKind::scan) checks_.finish(text, begin, end);
}

void Lines::addSentinel(Place place, uint64_t /*fileBytes*/, std::string_view text) {
  if (kind_ == FoldKind::scan) checks_.look(text, place);
  count_++;
  endDamaged_ = true;
  entries_++;
  findings_.add(FindingKind::corrupt, place);
  if (kind_ == FoldKind::scan) ops_.add(ops_.numberOf(corruptOp));
}

void Lines::add(LineKind kind, const Line& line, EntryReader& entry, Arena& arena) {
  const Place place = line.place;
  if (kind_ == FoldKind::scan && line.terminated) check(line.bytes, place);
  count_++;
  endDamaged_ = false;
  if (kind == LineKind::blank) return;
  if (entry.wasIllFormed()) findings_.add(FindingKind::illFormedUtf8, place);
  if (kind == LineKind::nonObject) return findings_.add(FindingKind::nonObjects, place);
  entries_++;
  const ObjectFields& fields = entry.fields();
  std::string room;
  std::string_view opText;
  // Only a string can be an op that the fold knows, and creating the text of a container takes long.
  if (kind_ == FoldKind::scan || isString(fields[Field::op])) opText = textOf(fields[Field::op], room);
  if (kind_ == FoldKind::scan) {
    report(entry, opText, place);
  } else {
    highestSeq_ = higherSeq(highestSeq_, fields);
  }
  const Op op = opOf(opText);
  if (op == Op::other) return;
  if (op == Op::checkpoint) return freshRun().restore(fields, place, arena);
  const Identity identity = readIdentity(fields[Field::loopTs], fields[Field::lane], arena);
  run().apply(op, identity, fields, place, arena);
}

void Lines::report(EntryReader& entry, std::string_view opText, Place place) {
  ops_.add(ops_.numberOf(opText));
  const ObjectFields& fields = entry.fields();
  if (entry.repeatsKeys()) findings_.add(FindingKind::repeatedKeys, place);
  reportNumbers(fields, place);
  reportTs(fields[Field::ts], place);
  if (opOf(opText) == Op::acquire && entry.admitsRefusal()) findings_.add(FindingKind::refusedAcquire, place);
}

[[gnu::noinline]] void Lines::reportTs(Value ts, Place place) {
  if (order_.takeTs(ts, place)) findings_.add(FindingKind::tsBack, place);
}

[[gnu::noinline]] void Lines::reportNumbers(const ObjectFields& fields, Place place) {
  const Numbers numbers = numbersOf(fields);
  highestSeq_ = std::max({highestSeq_, numbers.seq, numbers.watermark});
  if (numbers.seq == 0 && isOddSeq(fields[Field::seq])) note(FindingKind::oddSeq, place);
  if (order_.takeNumbers(numbers, place)) note(FindingKind::seqBack, place);
}

/// Not inlined, so that the many lines without a finding do not pay for saving its registers.
[[gnu::noinline]] void Lines::note(FindingKind kind, Place place) { findings_.add(kind, place); }

[[gnu::noinline]] void Lines::check(std::string_view line, Place place) { checks_.look(line, place); }

inline size_t Lines::opOfShape(const Shape& shape) {
  Tally& tally = tallies_[shape.number() % tallies_.size()];
  if (tally.shape != shape.number()) tally = {shape.number(), ops_.numberOf(shape.opText())};
  return tally.op;
}

[[gnu::always_inline]] inline void Lines::report(MatchedLine& line, Place place) {
  ops_.add(opOfShape(line.shape()));
  if (line.shape().mayBeChecked()) check(line.text(), place);
  if (line.shape().repeatsKeys()) note(FindingKind::repeatedKeys, place);
  if (line.isPlain()) {
    const int64_t seq = line.plainSeq();
    highestSeq_ = std::max(highestSeq_, seq);
    if (order_.takeSeq(seq, place)) note(FindingKind::seqBack, place);
    const char* ts = line.plainTs();
    if (ts == nullptr || !order_.takePlain(ts)) reportTs(line.noted(Shape::Noted::ts), place);
  } else {
    reportNumbers(line.fields(), place);
    reportTs(line.noted(Shape::Noted::ts), place);
  }
  if (line.op() != Op::acquire || !line.mayRefuse()) return;
  if (saysRefused(line.noted(Shape::Noted::reason)) || saysRefused(line.noted(Shape::Noted::leaseReason))) {
    note(FindingKind::refusedAcquire, place);
  }
}

void Lines::add(MatchedLine& line, Place place, Arena& arena) {
  count_++;
  endDamaged_ = false;
  entries_++;
  if (kind_ == FoldKind::scan) {
    report(line, place);
  } else {
    highestSeq_ = line.higherSeq(highestSeq_);
  }
  switch (line.op()) {
    case Op::other: return;
    case Op::heartbeat: return run().beat(line.identity(arena), line.stamp(), place);
    case Op::release:
    case Op::scavenge: return run().release(line.identity(arena), place);
    default: return run().apply(line.op(), line.identity(arena), line.fields(), place, arena);
  }
}

template class PieceOf<Lines>;

}  // namespace lane
