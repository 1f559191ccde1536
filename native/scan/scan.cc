// Folds a journal in pieces, on several threads, and joins the pieces in the order of the file.
#include "scan/scan.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "scan/file.h"
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
  if (offset_ == 0) skipByteOrderMark(file);
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

void Scan::skipByteOrderMark(OpenFile file) {
  constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
  char head[byteOrderMark.size()];
  size_t bytes = 0;
  while (bytes < sizeof head) {
    const size_t got = readAt(file, head + bytes, sizeof head - bytes, bytes);
    if (got == 0) return;
    bytes += got;
  }
  if (std::string_view(head, bytes) == byteOrderMark) offset_ = bytes;
}

/// Hands out pieces to threads. Whichever thread is free joins finished pieces, in the order of the file.
class Scan::Crew {
 public:
  Crew(Scan& scan, OpenFile file, uint64_t begin, uint64_t end, uint64_t count)
      : scan_(scan), file_(file), begin_(begin), end_(end), count_(count) {
    free_.reserve(scan.pieces_.size());
    for (const auto& piece : scan.pieces_) free_.push_back(piece.get());
    done_.resize(scan.pieces_.size());
  }

  /// Works until no piece is left. Never throws; `finish` rethrows.
  void work() {
    std::unique_lock lock(mutex_);
    while (next_ < count_) {
      changed_.wait(lock, [this] { return !free_.empty() || next_ >= count_; });
      if (next_ >= count_) return;
      Piece* piece = free_.back();
      free_.pop_back();
      const uint64_t number = next_++;
      lock.unlock();
      std::exception_ptr failure = read(*piece, number);
      lock.lock();
      done_[number % done_.size()] = {piece, failure};
      joinDone(lock);
    }
  }

  /// Rethrows the error of the first piece that failed, in the order of the file. All pieces before it are joined.
  void finish() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct Done {
    Piece* piece = nullptr;
    std::exception_ptr failure;
  };

  std::exception_ptr read(Piece& piece, uint64_t number) const {
    try {
      const uint64_t begin = begin_ + number * scan_.options_.pieceBytes;
      piece.read(file_, begin, std::min(begin + scan_.options_.pieceBytes, end_), number == 0);
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  void joinDone(std::unique_lock<std::mutex>& lock) {
    if (joining_) return;
    joining_ = true;
    for (Done* first = &firstDone(); first->piece != nullptr; first = &firstDone()) {
      const Done done = *first;
      *first = {};
      lock.unlock();
      const bool goesOn = tryJoin(done);
      done.piece->release();
      lock.lock();
      if (!goesOn) next_ = count_;
      free_.push_back(done.piece);
      joined_++;
      changed_.notify_all();
      if (!goesOn) return;  // keep `joining_` set: nothing may be joined after a gap
    }
    joining_ = false;
  }

  Done& firstDone() { return done_[joined_ % done_.size()]; }

  bool tryJoin(const Done& done) {
    failure_ = done.failure;
    if (failure_) return false;
    try {
      return scan_.join(*done.piece);
    } catch (...) {
      failure_ = std::current_exception();
      return false;
    }
  }

  Scan& scan_;
  const OpenFile file_;
  const uint64_t begin_;
  const uint64_t end_;
  uint64_t count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Piece*> free_;
  std::vector<Done> done_;  // a ring with room for every piece in progress
  uint64_t next_ = 0;
  uint64_t joined_ = 0;
  bool joining_ = false;
  std::exception_ptr failure_;
};

void Scan::readPieces(OpenFile file, uint64_t begin, uint64_t end) {
  const uint64_t count = (end - begin + options_.pieceBytes - 1) / options_.pieceBytes;
  const unsigned threads = threadsFor(count);
  // Use more pieces than threads, so that a thread need not wait until a slower thread's piece is joined.
  const size_t wanted = std::min<uint64_t>(count, threads == 1 ? 1 : 2 * threads);
  while (pieces_.size() < wanted) {
    pieces_.push_back(std::make_unique<Piece>(options_.kind, options_.usesShapes, longLine_));
  }
  Crew crew(*this, file, begin, end, count);
  std::vector<std::thread> others;
  try {
    while (others.size() + 1 < threads) others.emplace_back([&crew] { crew.work(); });
  } catch (const std::system_error&) {
    // The system provides no more threads. The existing ones do the work.
  }
  crew.work();
  for (std::thread& other : others) other.join();
  crew.finish();
}

unsigned Scan::threadsFor(uint64_t pieces) const {
  constexpr uint64_t piecesForThreads = 8;   // starting a thread costs as much as folding a small file
  constexpr unsigned threadsWorthwhile = 8;  // more threads exceed the memory bandwidth
  unsigned wanted = options_.threads;
  if (wanted == 0) {
    if (pieces < piecesForThreads) return 1;
    // Ask only if needed, because the number of processors is read from a file.
    wanted = std::min(std::thread::hardware_concurrency(), threadsWorthwhile);
  }
  return static_cast<unsigned>(std::clamp<uint64_t>(wanted, 1, std::min<uint64_t>(pieces, 64)));
}

/// Joins the piece that follows the joined ones. Returns false if the file ended in it.
bool Scan::join(const Piece& piece) {
  if (!piece.hasLines()) return !piece.endsFile();
  settleOpen();
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
