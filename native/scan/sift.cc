// Reads a whole journal for its history.
#include "scan/sift.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/quote.h"
#include "fold/fields.h"
#include "scan/crew.h"
#include "scan/file.h"
#include "scan/lines.h"

namespace lane {

namespace {

double numberOr(const std::optional<int64_t>& value) { return value ? static_cast<double>(*value) : std::nan(""); }

/// Returns the effect on the counter of two runs of entries, of which `next` follows `first`.
RelativeGeneration joined(RelativeGeneration first, RelativeGeneration next) {
  return {first.added + next.added, std::max(first.atLeast + next.added, next.atLeast)};
}

}  // namespace

void SiftedText::clear() {
  values.clear();
  stretches.clear();
  members.clear();
  numbers.clear();
  beats.clear();
  listed = "[";
}

const SiftedText& Sift::step(OpenFile file, uint64_t bytesMax) {
  result_.clear();
  count_ = 0;
  result_.done = readOn(file, bytesMax);
  result_.listed += ']';
  result_.offset = offset_;
  return result_;
}

/// Returns whether the end of the file was reached.
bool Sift::readOn(OpenFile file, uint64_t bytesMax) {
  if (offset_ == 0) offset_ = findByteOrderMark(file);
  const uint64_t wanted = offset_ + std::max<uint64_t>(bytesMax, 1);
  do {
    // Read one byte past the reported size, which is only a hint.
    readPieces(file, offset_, std::max(offset_ + 1, std::min(wanted, sizeOf(file))));
    if (open_ && !open_->terminated) return true;
    const uint64_t end = open_ ? open_->place.offset + open_->fileBytes : offset_;
    char next;
    if (readAt(file, &next, 1, end) == 0) return true;
    settleOpen();
    offset_ = end;
  } while (offset_ < wanted);
  return false;
}

void Sift::readPieces(OpenFile file, uint64_t begin, uint64_t end) {
  const PieceRange range{file, begin, end, options_.pieceBytes};
  const unsigned threads = threadsFor(options_.threads, range.count());
  while (pieces_.size() < range.piecesFor(threads)) {
    pieces_.push_back(std::make_unique<SiftedPiece>(options_.sieve, options_.usesShapes, longLine_));
  }
  lane::readPieces(pieces_, range, threads, [this](const SiftedPiece& piece) { return join(piece); });
}

/// Takes the lines of the piece that follows those taken. Returns false if the file ended in it.
bool Sift::join(const SiftedPiece& piece) {
  if (!piece.hasLines()) return !piece.endsFile();
  settleOpen();
  takeLines(piece.lines());
  offset_ = piece.endOffset();
  if (!piece.open()) return !piece.endsFile();
  open_ = piece.open();
  open_->place.line = lines_;
  // A line that parses is open only because it lacks its LF, and only the last line of a file does.
  if (open_->kind != LineKind::unparseable) takeLines(piece.openAlone());
  return open_->terminated && !piece.endsFile();
}

/// Another line follows the open one, which is therefore damaged.
void Sift::settleOpen() {
  if (!open_) return;
  SiftedLines sentinel(options_.sieve);
  sentinel.addSentinel({0, open_->place.offset}, open_->fileBytes);
  takeLines(sentinel);
  open_.reset();
}

void Sift::takeLines(const SiftedLines& lines) {
  const SiftedText::Stretch before{count_, result_.values.size()};
  result_.values.append("[null").append(lines.members().values());
  valueCount_ = lines.members().count();
  for (const SiftedLine& line : lines.kept()) {
    const Place place{line.place.line + lines_, line.place.offset};
    if (line.kind == SiftedLine::Kind::beat) {
      takeBeat(line, place);
    } else {
      add(line, place);
      addMembers(lines.members().row(line.row), 0);
    }
  }
  result_.values += ']';
  if (count_ > before.entries) {
    result_.stretches.push_back({count_ - before.entries, result_.values.size() - before.bytes});
  } else {
    result_.values.resize(before.bytes);
  }
  carry(lines.before(), lines.skipped());
  lines_ += lines.count();
}

void Sift::takeBeat(const SiftedLine& line, Place place) {
  const uint64_t* number = live_.find(line.identity, hashOf(line.identity));
  if (number == nullptr) {
    // The history remarks on a heartbeat that meets no lease.
    add(line, place);
    stray_.clear();
    const size_t row = stray_.add(line.text);
    addMembers(stray_.row(row), valueCount_);
    result_.values += stray_.values();
    valueCount_ += stray_.count();
    return;
  }
  carry(line.before, line.skipped);
  const double values[SiftedText::numbersEachBeat] = {static_cast<double>(count_), static_cast<double>(*number),
                                                      static_cast<double>(line.at)};
  result_.beats.insert(result_.beats.end(), std::begin(values), std::end(values));
}

/// Adds the numbers of an entry. The numbers of its members must follow.
void Sift::add(const SiftedLine& line, Place place) {
  carry(line.before, line.skipped);
  const double values[SiftedText::numbersEach] = {static_cast<double>(place.line),
                                                  static_cast<double>(place.offset),
                                                  static_cast<double>(line.bytes),
                                                  numberOr(before_.seq),
                                                  numberOr(before_.ts),
                                                  static_cast<double>(skipped_.added),
                                                  static_cast<double>(skipped_.atLeast),
                                                  static_cast<double>(follow(line))};
  result_.numbers.insert(result_.numbers.end(), std::begin(values), std::end(values));
  before_ = {};
  skipped_ = {};
  count_++;
}

/// `before`: the number of values before those of the row.
void Sift::addMembers(std::span<const uint32_t> row, uint32_t before) {
  for (const uint32_t number : row) result_.members.push_back(number == 0 ? 0 : before + number);
}

/// Keeps track of the live identities. Returns the number of the one that the line makes live, else 0.
uint64_t Sift::follow(const SiftedLine& line) {
  const bool isForeign = !options_.sieve.lane.empty() && line.identity.lane != options_.sieve.lane;
  switch (line.kind) {
    case SiftedLine::Kind::checkpoint: restore(line.text); return 0;
    case SiftedLine::Kind::begin:
      if (isForeign || line.identity.isNone()) return 0;
      return numberOf(line.identity, hashOf(line.identity));
    case SiftedLine::Kind::end: {
      const uint64_t hash = hashOf(line.identity);
      if (const uint64_t* number = live_.find(line.identity, hash)) freeNumbers_.push_back(*number);
      live_.erase(line.identity, hash);
      return 0;
    }
    case SiftedLine::Kind::beat:
    case SiftedLine::Kind::other: return 0;
  }
  return 0;
}

/// Makes the leases of a CHECKPOINT the live ones.
void Sift::restore(std::string_view checkpoint) {
  live_.clear();
  freeNumbers_.clear();
  lastNumber_ = 0;
  forEachObject(memberOf(checkpoint, Field::leases), [&](Value, const ObjectFields& lease) {
    const Identity identity = readIdentity(lease[Field::loopTs], lease[Field::lane], arena_);
    const bool isForeign = !options_.sieve.lane.empty() && identity.lane != options_.sieve.lane;
    if (identity.isNone() || isForeign) return;
    if (result_.listed.size() > 1) result_.listed += ',';
    const uint64_t number = numberOf(identity, hashOf(identity));
    result_.listed.append("[").append(std::to_string(count_)).append(",").append(std::to_string(number)).append(",");
    appendQuoted(identity.loopTs, result_.listed);
    result_.listed += ',';
    appendQuoted(identity.lane, result_.listed);
    result_.listed += ']';
  });
  arena_.clear();
}

uint64_t Sift::numberOf(const Identity& identity, uint64_t hash) {
  uint64_t& number = live_.at(identity, hash);
  if (number != 0) return number;
  if (freeNumbers_.empty()) return number = ++lastNumber_;
  number = freeNumbers_.back();
  freeNumbers_.pop_back();
  return number;
}

/// Adds what the lines since the last entry of the result say.
void Sift::carry(const OrderBefore& before, RelativeGeneration skipped) {
  if (before.seq) before_.seq = before.seq;
  if (before.ts) before_.ts = before.ts;
  skipped_ = joined(skipped_, skipped);
}

}  // namespace lane
