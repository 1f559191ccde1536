// Folds the lines of a piece of the journal without knowing what precedes it. Also decides about the piece's last line:
// whether it is settled or stays open, and whether an open line that does not parse is torn or damaged.
#include "scan/piece.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/text.h"
#include "fold/refusal.h"
#include "fold/seq.h"
#include "json/tear.h"
#include "scan/file.h"

namespace lane {

namespace {

// The number of bytes read past the end of a piece, so that its last line is nearly always complete.
constexpr size_t overlapBytes = 4096;

}  // namespace

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
  tallyRun_++;
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

void Lines::addSentinel(Place place) {
  count_++;
  endDamaged_ = true;
  entries_++;
  findings_.add(FindingKind::corrupt, place);
  if (kind_ == FoldKind::scan) ops_.add(ops_.numberOf(corruptOp));
}

void Lines::add(LineKind kind, Place place, EntryReader& entry, Arena& arena) {
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

[[gnu::always_inline]] inline void Lines::report(Shape& shape, Place place) {
  if (shape.tallyRun != tallyRun_) {
    shape.tally = ops_.numberOf(shape.opText());
    shape.tallyRun = tallyRun_;
  }
  ops_.add(shape.tally);
  if (shape.repeatsKeys()) note(FindingKind::repeatedKeys, place);
  if (shape.isPlain()) {
    const int64_t seq = shape.plainSeq();
    highestSeq_ = std::max(highestSeq_, seq);
    if (order_.takeSeq(seq, place)) note(FindingKind::seqBack, place);
    const char* ts = shape.plainTs();
    if (ts == nullptr || !order_.takePlain(ts)) reportTs(shape.noted(Shape::Noted::ts), place);
  } else {
    reportNumbers(shape.fields(), place);
    reportTs(shape.noted(Shape::Noted::ts), place);
  }
  if (shape.op() != Op::acquire || !shape.mayRefuse()) return;
  if (saysRefused(shape.noted(Shape::Noted::reason)) || saysRefused(shape.noted(Shape::Noted::leaseReason))) {
    note(FindingKind::refusedAcquire, place);
  }
}

void Lines::add(Shape& shape, Place place, Arena& arena) {
  count_++;
  endDamaged_ = false;
  entries_++;
  if (kind_ == FoldKind::scan) {
    report(shape, place);
  } else {
    highestSeq_ = shape.higherSeq(highestSeq_);
  }
  switch (shape.op()) {
    case Op::other: return;
    case Op::heartbeat: return run().beat(shape.identity(arena), shape.stamp(), place);
    case Op::release:
    case Op::scavenge: return run().release(shape.identity(arena), place);
    default: return run().apply(shape.op(), shape.identity(arena), shape.fields(), place, arena);
  }
}

void Piece::read(OpenFile file, uint64_t begin, uint64_t end, bool startsLine) {
  lines_.clear();
  arena_.clear();
  open_.reset();
  beginOffset_ = begin;
  endOffset_ = end;
  // Read the byte before `begin` too: if it is an LF, a line begins at `begin`.
  fill(file, startsLine ? begin : begin - 1, end + overlapBytes);
  endsFile_ = memoryOffset_ + memoryBytes_ < end;
  uint64_t offset = begin;
  const char* at = memory_.get() + (begin - memoryOffset_);
  if (!startsLine) {
    if (memoryBytes_ <= begin - 1 - memoryOffset_) return;
    const char* from = at - 1;
    const size_t bytes = std::min<uint64_t>(memoryBytes_, end - memoryOffset_) - bytesBetween(memory_.get(), from);
    const auto* lf = static_cast<const char*>(std::memchr(from, '\n', bytes));
    if (lf == nullptr) return;
    offset += bytesBetween(at, lf + 1);
    at = lf + 1;
  }
  foldLines(at, offset, end, file);
}

/// Reads the bytes of the file from `begin`, or from up to a page before it, to `end`. Adds zeros at which the matcher
/// stops.
void Piece::fill(OpenFile file, uint64_t begin, uint64_t end) {
  memoryOffset_ = begin / pageBytes * pageBytes;
  const size_t wanted = end - memoryOffset_;
  const size_t needed = (wanted + matchPaddingBytes + pageBytes) / pageBytes * pageBytes;
  if (needed > capacity_) {
    memory_ = allocatePages(needed);
    capacity_ = needed;
  }
  memoryBytes_ = 0;
  while (memoryBytes_ < wanted) {
    const size_t got = readAt(file, memory_.get() + memoryBytes_, wanted - memoryBytes_, memoryOffset_ + memoryBytes_);
    if (got == 0) break;
    memoryBytes_ += got;
  }
  std::memset(memory_.get() + memoryBytes_, 0, matchPaddingBytes);
}

/// Folds all lines that begin before `end`. `at` is the position in memory of `offset`, at which a line begins.
void Piece::foldLines(const char* at, uint64_t offset, uint64_t end, OpenFile file) {
  const char* const first = at;
  beginOffset_ = offset;
  const char* const last = memory_.get() + memoryBytes_;
  shapes_.restart();
  const char* const limit = memory_.get() + std::min<uint64_t>(end - memoryOffset_, memoryBytes_);
  while (at < limit) {
    settleOpen();
    const Place place{lines_.count(), offset + bytesBetween(first, at)};
    const char* lineEnd = nullptr;
    if (Shape* shape = usesShapes_ ? shapes_.match(at, lineEnd) : nullptr) {
      lines_.add(*shape, place, arena_);
    } else {
      lineEnd = static_cast<const char*>(std::memchr(at, '\n', bytesBetween(at, last)));
      if (lineEnd == nullptr) return foldLongLine(file, place, end);
      const auto bytes = static_cast<size_t>(lineEnd - at);
      const bool overlong = bytes > lineBytesMax;
      foldLine({{at, overlong ? rawBytesMax : bytes}, place, bytes + 1, true, overlong}, lineEnd + 1 < limit);
    }
    at = lineEnd + 1;
  }
  endOffset_ = open_ ? open_->place.offset : offset + bytesBetween(first, at);
}

/// Settles the line or keeps it open. `isFollowed`: another line follows it in this piece.
void Piece::foldLine(const Line& line, bool isFollowed) {
  const LineKind kind = entry_.read(line, arena_);
  if (isFollowed && kind == LineKind::unparseable) return lines_.addSentinel(line.place);
  if (line.terminated && kind != LineKind::unparseable) {
    lines_.add(kind, line.place, entry_, arena_);
    if (usesShapes_ && kind == LineKind::entry) shapes_.learn(entry_);
    return;
  }
  // Only the last line of a file lacks its LF, so `isTear` rarely runs.
  const bool damaged = kind == LineKind::unparseable && (line.terminated || line.overlong || !isTear(line.bytes));
  open_ = OpenLine{line.place, line.fileBytes, line.terminated, kind, damaged};
  alone_.clear();
  if (kind != LineKind::unparseable) alone_.add(kind, {0, line.place.offset}, entry_, arena_);
}

/// Reads the last line of the piece if memory holds only a part of it. If the line now ends before the piece does, the
/// file was truncated and rewritten after memory was filled; `endsFile_` then stops the joining of later pieces.
void Piece::foldLongLine(OpenFile file, Place place, uint64_t end) {
  const std::lock_guard lock(longLine_);
  LineReader reader(16 * pageBytes);
  Line line;
  reader.seek(file, place);
  endOffset_ = place.offset;
  if (reader.next(line)) {
    line.bytes = arena_.keep(line.bytes);
    reader.release();
    foldLine(line, false);
    if (!open_) endOffset_ += line.fileBytes;
  }
  endsFile_ |= place.offset + line.fileBytes < end;
}

void Piece::release() { arena_.clear(); }

std::string_view Piece::folded() const {
  if (!hasLines() || endOffset_ > memoryOffset_ + memoryBytes_) return {};
  return {memory_.get() + (beginOffset_ - memoryOffset_), endOffset_ - beginOffset_};
}

/// Another line follows the open one, which is therefore a sentinel.
void Piece::settleOpen() {
  if (!open_) return;
  lines_.addSentinel(open_->place);
  open_.reset();
}

}  // namespace lane
