// Folds a journal in pieces, on several threads, and joins the pieces in the order of the file.
#include "scan/scan.h"

#include <algorithm>
#include <stdexcept>

#include "scan/crew.h"
#include "scan/file.h"
#include "scan/lines.h"
#include "scan/snapshot.h"

namespace lane {

namespace {

/// Making a snapshot takes its size in memory several times, so a larger one is not worthwhile.
constexpr size_t snapshotBytesMax = 64 * 1024 * 1024;

}  // namespace

Scan::Scan(const ScanOptions& options, std::string_view snapshot, std::string_view mark) : Scan(options) {
  if (options.kind != FoldKind::scan) throw std::invalid_argument("snapshot: expected a fold of kind scan");
  Settled settled = readSnapshot(snapshot);
  state_ = std::move(settled.state);
  endDamaged_ = state_.endDamaged();
  offset_ = settled.offset;
  mark_ = Mark(mark);
}

std::string Scan::snapshotText() {
  if (options_.kind != FoldKind::scan) throw std::invalid_argument("snapshot: expected a fold of kind scan");
  size_t bytes = 0;
  for (const auto* record : state_.live().inOrder()) bytes += record->value.bytes();
  if (bytes > snapshotBytesMax) throw std::length_error("the leases are longer than a snapshot holds");
  if (!beforeOpen_) return lane::snapshotText(state_, offset_);
  state_.exchange(*beforeOpen_);
  std::string text = lane::snapshotText(state_, offset_);
  state_.exchange(*beforeOpen_);
  return text;
}

/// Removes the open line from the state, because the next step reads it again.
void Scan::takeOpenOut() {
  if (beforeOpen_) state_.exchange(*beforeOpen_);
  beforeOpen_.reset();
  open_.reset();
  held_.clear();
  checkpoint_.reset();
}

bool Scan::step(int fd, uint64_t bytesMax, uint64_t end) {
  const bool atEnd = readOn({fd, std::min(options_.end, end)}, bytesMax);
  // Free the memory for reading. A fold that waits for the journal to grow needs only its state.
  if (atEnd) pieces_.clear();
  return atEnd;
}

bool Scan::readOn(OpenFile file, uint64_t bytesMax) {
  takeOpenOut();
  file_ = file;
  if (offset_ == 0) {
    offset_ = findByteOrderMark(file);
    state_.checks().begin(offset_);
  }
  const uint64_t wanted = offset_ + std::max<uint64_t>(bytesMax, 1);
  do {
    const uint64_t size = sizeOf(file);
    // Read one byte past the reported size, which is only a hint.
    readPieces(file, offset_, std::max(offset_ + 1, std::min(wanted, size)));
    if (open_ && !open_->terminated) return true;
    const uint64_t end = open_ ? open_->place.offset + open_->fileBytes : offset_;
    char next;
    if (readAt(file, &next, 1, end) == 0) return true;
    settleOpen();
    offset_ = end;
  } while (offset_ < wanted);
  return false;
}

/// Another line follows the open one, which is therefore a sentinel.
void Scan::settleOpen() {
  if (!open_) return;
  if (judgesChecks()) {
    const uint64_t from = open_->place.offset;
    state_.checks().takeAgain(file_, {from, from + open_->fileBytes}, state_.lines());
  }
  state_.addSentinel(open_->place);
  endDamaged_ = true;
  open_.reset();
  mark_.clear();  // the mark ends before this line
}

Content Scan::content() const {
  const uint64_t sentinels = state_.findings()[FindingKind::corrupt].count();
  if (state_.entries() > sentinels) return Content::entries;
  const bool others = sentinels > 0 || state_.findings()[FindingKind::nonObjects].count() > 0;
  return others || (open_ && open_->damaged) ? Content::foreign : Content::nothing;
}

void Scan::readPieces(OpenFile file, uint64_t begin, uint64_t end) {
  const PieceRange range{file, begin, end, options_.pieceBytes};
  const unsigned threads = threadsFor(options_.threads, range.count());
  while (pieces_.size() < range.piecesFor(threads)) {
    pieces_.push_back(std::make_unique<Piece>(options_.kind, options_.usesShapes, longLine_));
  }
  lane::readPieces(pieces_, range, threads, [this](const Piece& piece) { return join(piece); });
}

/// Joins the piece that follows the joined ones. Returns false if the file ended in it.
bool Scan::join(const Piece& piece) {
  if (!piece.hasLines()) return !piece.endsFile();
  settleOpen();
  if (judgesChecks()) {
    state_.checks().join(file_, piece.lines().checks(), {piece.beginOffset(), piece.endOffset()}, state_.lines());
  }
  state_.join(piece.lines());
  endDamaged_ = state_.endDamaged();
  offset_ = piece.endOffset();
  if (piece.folded().empty()) mark_.clear();
  mark_.extend(piece.folded());
  if (!piece.open()) return !piece.endsFile();
  open_ = piece.open();
  open_->place.line = state_.lines();
  offset_ = open_->place.offset;
  if (open_->kind != LineKind::unparseable) {
    beforeOpen_ = state_.joinAside(piece.openAlone());
  }
  return open_->terminated && !piece.endsFile();
}

}  // namespace lane
