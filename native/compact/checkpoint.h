// Plans and writes the lines of a compacted journal that hold its live leases (docs/format.md 7). The twin of
// src/compact/lease-texts.ts: both write the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fold/live.h"

namespace lane {

/// The state that a compaction writes. Borrowed: it must not change while it is in use.
struct HeldState {
  const LiveLeases& live;
  const IdentityMap<int64_t>& generations;
  /// The highest generation that was granted or recorded.
  int64_t counter = 0;
  int64_t highestSeq = 0;
};

/// Returns eight bytes for each live lease in order: a digest of its identity, its generation and its canonical text.
/// Leases from number `riding` on get the generations that they have once ACQUIRE entries after the checkpoint have
/// renewed them. Equal digests mean equal leases, except by chance; the digests differ in each process.
std::string leaseDigests(const HeldState& state, size_t riding);

/// The checkpoint with as many leases as fit, and the ACQUIRE entries of the others. Keeps no text but that of the item
/// that it writes.
class Checkpoint {
 public:
  /// `bytesMax` is the longest line that readers accept. Throws std::runtime_error for a lease in too deep a container.
  Checkpoint(const HeldState& state, size_t bytesMax);

  /// The number of leases in the checkpoint. The others follow as ACQUIRE entries.
  size_t riding() const { return riding_; }
  size_t count() const { return leases_.size(); }
  /// About the number of bytes of the text.
  size_t bytes() const { return lineBytes() + followingBytes_; }

  /// Returns the next part of the text, about a mebibyte; empty after the last. Throws std::runtime_error for a lease
  /// that fits into no line.
  std::string next();

 private:
  using Record = LiveLeases::Record;
  enum class Stage : uint8_t {
    start,
    rows,
    leases,
    following,
    done
  };

  void plan();
  void addRow(const Record& record);
  bool tryAdd(const Record& record);
  void checkRows();
  size_t lineBytes() const;

  void appendItem();
  bool appendRow();
  bool appendLease();
  void appendFollowing();
  void appendAcquire(const Record& record);

  std::string_view compacted(const Record& record);

  const HeldState state_;
  const size_t bytesMax_;
  std::vector<const Record*> leases_;
  std::string start_;
  std::string end_;
  size_t leaseBytes_ = 0;
  size_t rowBytes_ = 0;
  size_t ridingRowBytes_ = 0;
  size_t followingBytes_ = 0;
  size_t riding_ = 0;
  bool takes_ = true;       // whether all leases so far are in the checkpoint
  bool allRowsFit_ = true;  // otherwise only the leases in the checkpoint have rows
  Stage stage_ = Stage::start;
  size_t at_ = 0;  // the number of the next item of the stage
  bool wroteRow_ = false;
  std::string item_;  // the part of the text that is being returned
  size_t returned_ = 0;
  std::string text_;
  std::string room_;
};

}  // namespace lane
