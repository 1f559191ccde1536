// Reads the pieces of a file on several threads and joins them in the order of the file.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "scan/file.h"

namespace lane {

/// The bytes of a file from the start of a line on, which are read in pieces.
struct PieceRange {
  OpenFile file;
  uint64_t begin;
  uint64_t end;
  uint64_t pieceBytes;

  uint64_t count() const { return (end - begin + pieceBytes - 1) / pieceBytes; }
  /// The number of pieces in memory: more than threads, so that a thread need not wait until a slower thread's piece is
  /// joined.
  size_t piecesFor(unsigned threads) const { return std::min<uint64_t>(count(), threads == 1 ? 1 : 2 * threads); }
};

/// Returns the number of threads that read `pieces` pieces. `wanted`: at most; 0 for one for each processor.
inline unsigned threadsFor(unsigned wanted, uint64_t pieces) {
  constexpr uint64_t piecesForThreads = 8;   // starting a thread costs as much as folding a small file
  constexpr unsigned threadsWorthwhile = 8;  // more threads exceed the memory bandwidth
  if (wanted == 0) {
    if (pieces < piecesForThreads) return 1;
    // Ask only if needed, because the number of processors is read from a file.
    wanted = std::min(std::thread::hardware_concurrency(), threadsWorthwhile);
  }
  return static_cast<unsigned>(std::clamp<uint64_t>(wanted, 1, std::min<uint64_t>(pieces, 64)));
}

/// Hands out pieces to threads. Whichever thread is free joins finished pieces, in the order of the file. `Join` takes
/// a piece and returns whether another may follow it.
template <class Piece, class Join>
class Crew {
 public:
  Crew(const std::vector<std::unique_ptr<Piece>>& pieces, const PieceRange& range, Join join)
      : range_(range), join_(std::move(join)), count_(range.count()) {
    free_.reserve(pieces.size());
    for (const auto& piece : pieces) free_.push_back(piece.get());
    done_.resize(pieces.size());
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
      const uint64_t begin = range_.begin + number * range_.pieceBytes;
      piece.read(range_.file, begin, std::min(begin + range_.pieceBytes, range_.end), number == 0);
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
      return join_(*done.piece);
    } catch (...) {
      failure_ = std::current_exception();
      return false;
    }
  }

  const PieceRange range_;
  const Join join_;
  const uint64_t count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Piece*> free_;
  std::vector<Done> done_;  // a ring with room for every piece in progress
  uint64_t next_ = 0;
  uint64_t joined_ = 0;
  bool joining_ = false;
  std::exception_ptr failure_;
};

/// Reads a range with `pieces`, of which there are `range.piecesFor(threads)` or more. See `Crew` for `join`.
template <class Piece, class Join>
void readPieces(const std::vector<std::unique_ptr<Piece>>& pieces, const PieceRange& range, unsigned threads,
                Join join) {
  Crew<Piece, Join> crew(pieces, range, std::move(join));
  std::vector<std::thread> others;
  others.reserve(threads - 1);
  // If no more threads can be started, the existing ones do the work. An exception must not leave this function before
  // they are joined: destroying a thread that is not ends the process.
  try {
    while (others.size() + 1 < threads) others.emplace_back([&crew] { crew.work(); });
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch)
  } catch (const std::bad_alloc&) {     // NOLINT(bugprone-empty-catch)
  }
  crew.work();
  for (std::thread& other : others) other.join();
  crew.finish();
}

}  // namespace lane
