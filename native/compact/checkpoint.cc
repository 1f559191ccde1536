// Plans and writes the lines of a compacted journal that hold its live leases.
#include "compact/checkpoint.h"

#include <algorithm>
#include <stdexcept>

#include "base/hash.h"
#include "base/line.h"
#include "compact/canonical.h"
#include "compact/value.h"
#include "json/words.h"

namespace lane {

namespace {

constexpr std::string_view separator = ", ";
constexpr std::string_view rowsStart = "\"generations\": [";
constexpr std::string_view rowsEnd = "], ";
constexpr std::string_view leasesStart = "\"leases\": [";

/// A checkpoint nests a lease in itself and in an array; an ACQUIRE only in itself.
constexpr size_t depthInCheckpoint = 2;
constexpr size_t depthInAcquire = 1;

constexpr size_t partBytes = 1024 * 1024;

/// Memory above this is freed after a long lease.
constexpr size_t keptBytes = 4 * 1024 * 1024;

void freeLong(std::string& text) {
  if (text.capacity() > keptBytes) std::string().swap(text);
}

void appendMember(std::string_view key, std::string_view text, std::string& out) {
  out.append("\"").append(key).append("\": ");
  appendCanonicalString(text, out);
}

std::string nameLease(const Identity& identity) {
  std::string name = "the lease {";
  appendMember("lane", identity.lane, name);
  name += separator;
  appendMember("loop_ts", identity.loopTs, name);
  return name += "}";
}

/// Writes the row of a lease's token, or nothing for a lease without one.
void appendRowText(const HeldState& state, const LiveLeases::Record& record, std::string& out) {
  const Identity identity = record.identity();
  const int64_t* generation = state.generations.find(identity, record.hash);
  if (generation == nullptr) return;
  out.append("{\"generation\": ").append(std::to_string(*generation)).append(separator);
  appendMember("lane", identity.lane, out);
  out += separator;
  appendMember("loop_ts", identity.loopTs, out);
  out += '}';
}

std::string_view textOfLease(const LiveLeases::Record& record, std::string& text) {
  text.clear();
  text.reserve(record.value.bytes() + 128);  // the keys of the fields that were set
  record.value.appendTo(text);
  return text;
}

}  // namespace

std::string leaseDigests(const HeldState& state, size_t riding) {
  std::string digests;
  digests.reserve(state.live.size() * sizeof(uint64_t));
  std::string text;
  std::string room;
  size_t index = 0;
  for (const LiveLeases::Record* record : state.live.inOrder()) {
    const Identity identity = record->identity();
    const int64_t* held = state.generations.find(identity, record->hash);
    int64_t generation = held == nullptr ? -1 : *held;
    if (index >= riding) {
      const auto renewals = static_cast<int64_t>(index - riding + 1);
      generation = renewals <= safeIntegerMax - state.counter ? state.counter + renewals : -1;
    }
    uint64_t hash = mix(hashSeed ^ static_cast<uint64_t>(generation), identity.loopTs.size() + 1);
    hash = hashBytes(identity.lane, hashBytes(identity.loopTs, hash));
    hash = hashBytes(compactedLease(textOfLease(*record, text), room), hash);
    digests.append(reinterpret_cast<const char*>(&hash), sizeof hash);
    freeLong(text);
    index++;
  }
  return digests;
}

Checkpoint::Checkpoint(const HeldState& state, size_t bytesMax)
    : state_(state), bytesMax_(bytesMax), leases_(state.live.inOrder()), start_("{") {
  if (state.counter > 0) start_ += "\"generation_watermark\": " + std::to_string(state.counter) + ", ";
  end_ = "], \"op\": \"CHECKPOINT\", \"seq_watermark\": " + std::to_string(state.highestSeq) + "}\n";
  plan();
}

void Checkpoint::plan() {
  for (const Record* record : leases_) {
    addRow(*record);
    if (takes_) {
      if (tryAdd(*record)) continue;
      takes_ = false;
      checkRows();
    }
    followingBytes_ += record->value.bytes();
  }
  freeLong(text_);
}

size_t Checkpoint::lineBytes() const {
  const size_t frame = start_.size() + rowsStart.size() + rowsEnd.size() + leasesStart.size() + end_.size() - 1;
  return frame + leaseBytes_ + rowBytes_;
}

void Checkpoint::addRow(const Record& record) {
  if (!takes_ && !allRowsFit_) return;
  item_.clear();
  appendRowText(state_, record, item_);
  rowBytes_ += item_.size() + separator.size();
  item_.clear();
  if (!takes_) checkRows();
}

/// Adds the lease, if a checkpoint would restore it under its identity, and if there is room for it and for the rows of
/// all leases in the checkpoint.
bool Checkpoint::tryAdd(const Record& record) {
  const std::string_view text = compacted(record);
  if (depthOf(text) + depthInCheckpoint > depthMax) return false;
  // Use the text as written: sorting the keys of an object in `lane` changes the identity.
  Arena arena;
  const Identity own = identityOfObject(text, arena);
  const Identity held = record.identity();
  if (own.loopTs != held.loopTs || own.lane != held.lane) return false;
  const size_t bytes = text.size() + separator.size();
  if (lineBytes() + bytes > bytesMax_) return false;
  leaseBytes_ += bytes;
  ridingRowBytes_ = rowBytes_;
  riding_++;
  return true;
}

/// Keeps the rows of all live leases or, if they do not fit, of those that no ACQUIRE entry will renew.
void Checkpoint::checkRows() {
  if (lineBytes() <= bytesMax_) return;
  allRowsFit_ = false;
  rowBytes_ = ridingRowBytes_;
}

std::string_view Checkpoint::compacted(const Record& record) {
  freeLong(text_);
  const std::string_view text = compactedLease(textOfLease(record, text_), room_);
  const size_t depth = depthOf(text);
  if (depth + depthInAcquire <= depthMax) return text;
  const std::string limit = std::to_string(depthMax - depthInAcquire);
  throw std::runtime_error(nameLease(record.identity()) + ": expected at most " + limit + " nested containers, found " +
                           std::to_string(depth));
}

std::string Checkpoint::next() {
  std::string part;
  while (part.size() < partBytes) {
    if (returned_ == item_.size()) {
      freeLong(item_);
      item_.clear();
      returned_ = 0;
      if (stage_ == Stage::done) break;
      appendItem();
    }
    const size_t bytes = std::min(item_.size() - returned_, partBytes - part.size());
    part.append(item_, returned_, bytes);
    returned_ += bytes;
  }
  return part;
}

void Checkpoint::appendItem() {
  switch (stage_) {
    case Stage::start:
      item_ += start_;
      stage_ = Stage::rows;
      return;
    case Stage::rows:
      if (appendRow()) return;
      if (wroteRow_) item_ += rowsEnd;
      item_ += leasesStart;
      stage_ = Stage::leases;
      at_ = 0;
      return;
    case Stage::leases:
      if (appendLease()) return;
      item_ += end_;
      stage_ = Stage::following;
      return;
    case Stage::following: return appendFollowing();
    case Stage::done: return;
  }
}

/// Returns false after the last row.
bool Checkpoint::appendRow() {
  const size_t rows = allRowsFit_ ? leases_.size() : riding_;
  if (at_ == rows) return false;
  text_.clear();
  appendRowText(state_, *leases_[at_++], text_);
  if (text_.empty()) return true;
  item_.append(wroteRow_ ? separator : rowsStart).append(text_);
  wroteRow_ = true;
  return true;
}

/// Returns false after the last lease of the checkpoint.
bool Checkpoint::appendLease() {
  if (at_ == riding_) return false;
  if (at_ > 0) item_ += separator;
  item_ += compacted(*leases_[at_++]);
  return true;
}

void Checkpoint::appendFollowing() {
  if (at_ == leases_.size()) {
    stage_ = Stage::done;
    return;
  }
  appendAcquire(*leases_[at_++]);
}

void Checkpoint::appendAcquire(const Record& record) {
  const Identity identity = record.identity();
  item_ += '{';
  appendMember("lane", identity.lane, item_);
  item_.append(separator).append("\"lease\": ").append(compacted(record)).append(separator);
  appendMember("loop_ts", identity.loopTs, item_);
  item_ += ", \"op\": \"ACQUIRE\"}\n";
  if (item_.size() - 1 <= bytesMax_) return;
  throw std::runtime_error(nameLease(identity) + ": expected at most " + std::to_string(bytesMax_) +
                           " bytes as a line, found " + std::to_string(item_.size() - 1));
}

}  // namespace lane
