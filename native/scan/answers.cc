// Writes the answers of a fold as text.
#include <string_view>

#include "base/quote.h"
#include "scan/scan.h"

namespace lane {

namespace {

// A JavaScript string holds about 512 MiB. Pieces stay far below that even if each byte becomes a character.
constexpr size_t pieceBytesMax = 32 * 1024 * 1024;

/// Limits a batch of held leases, because JavaScript holds its text twice while reading it.
constexpr size_t heldBytesEnough = 2 * 1024 * 1024;

/// Appends items to a list of JSON arrays. Begins a new array if the last one is large enough.
template <class Records, class Append>
std::vector<std::string> arraysOf(const Records& records, Append append) {
  std::vector<std::string> pieces(1, "[");
  for (const auto* record : records) {
    if (pieces.back().size() > pieceBytesMax) {
      pieces.back() += ']';
      pieces.emplace_back("[");
    }
    if (pieces.back().size() > 1) pieces.back() += ',';
    append(*record, pieces.back());
  }
  pieces.back() += ']';
  return pieces;
}

void appendNamed(std::string_view name, const Finding& finding, std::string& out) {
  out.append(",\"").append(name).append("\":");
  finding.appendTo(out);
}

}  // namespace

std::vector<std::string> Scan::leasesText() const {
  return arraysOf(state_.live().inOrder(),
                  [](const LiveLeases::Record& record, std::string& out) { record.value.appendTo(out); });
}

std::vector<std::string> Scan::generationsText() const {
  return arraysOf(state_.generations().inOrder(), [](const IdentityMap<int64_t>::Record& record, std::string& out) {
    out += "{\"loop_ts\":";
    appendQuoted(record.identity().loopTs, out);
    out += ",\"lane\":";
    appendQuoted(record.identity().lane, out);
    out.append(",\"generation\":").append(std::to_string(record.value)).append("}");
  });
}

std::string Scan::heldText(size_t from) {
  if (from == 0) held_ = state_.live().inOrder();
  std::string out;
  for (size_t at = from; at < held_.size() && out.size() < heldBytesEnough; at++) {
    const LiveLeases::Record& record = *held_[at];
    const int64_t* generation = state_.generations().find(record.identity(), record.hash);
    out += '[';
    appendQuoted(record.identity().loopTs, out);
    out += ',';
    appendQuoted(record.identity().lane, out);
    out.append(",").append(generation == nullptr ? "null" : std::to_string(*generation)).append("]\n");
    record.value.appendTo(out);
    out += '\n';
  }
  return out;
}

HeldState Scan::heldState() const {
  return {state_.live(), state_.generations(), state_.counter(), state_.nextSeq() - 1};
}

std::string Scan::planText(uint64_t lineBytesLimit) {
  const Checkpoint& plan = checkpoint_.emplace(heldState(), lineBytesLimit);
  std::string out = "{\"riding\":" + std::to_string(plan.riding());
  out.append(",\"following\":").append(std::to_string(plan.count() - plan.riding()));
  return out.append(",\"bytes\":").append(std::to_string(plan.bytes())).append("}");
}

std::string Scan::compactedText() { return checkpoint_ ? checkpoint_->next() : std::string(); }

std::string Scan::digestsText(uint64_t riding) const { return leaseDigests(heldState(), riding); }

int64_t Scan::nextSeq() const { return state_.nextSeq(); }

std::string Scan::reportText() const {
  const State& state = state_;
  const bool torn = open_ && open_->kind == LineKind::unparseable;
  std::string out;
  out.append("{\"live\":").append(std::to_string(state.live().size()));
  out.append(",\"nextSeq\":").append(std::to_string(state.nextSeq()));
  out.append(",\"bytes\":").append(std::to_string(offset_ + (open_ ? open_->fileBytes : 0)));
  out.append(",\"lines\":").append(std::to_string(state.lines() + (torn ? 1 : 0)));
  out.append(",\"entries\":").append(std::to_string(state.entries()));
  out += ",\"ops\":";
  state.ops().appendTo(out);
  const auto appendFinding = [&](FindingKind kind) {
    appendNamed(findingNames[static_cast<size_t>(kind)], state.findings()[kind], out);
  };
  appendFinding(FindingKind::corrupt);
  out += ",\"tornTail\":";
  if (torn) {
    out += '{';
    appendPlace(open_->place, out);
    out.append(",\"terminated\":").append(open_->terminated ? "true" : "false");
    out.append(",\"damaged\":").append(open_->damaged ? "true" : "false").append("}");
  } else {
    out += "null";
  }
  for (size_t i = 1; i < findingCount; i++) appendFinding(findingAt(i));
  appendNamed("sharedLane", state.sharedLanes(), out);
  state.checks().appendTo(out);
  return out += '}';
}

}  // namespace lane
