// A journal -> the answers of a fold.
#include "scan/scan.h"

#include "core/quote.h"

namespace lane {

namespace {

// A JavaScript string holds about 512 MiB; pieces stay far below, also when each byte becomes a character.
constexpr size_t pieceBytesMax = 32 * 1024 * 1024;

/// Appends items to a list of JSON arrays, beginning a new array where the last one is large enough.
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

void appendNamed(const char* name, const Finding& finding, std::string& out) {
  out.append(",\"").append(name).append("\":");
  finding.appendTo(out);
}

}  // namespace

bool Scan::step(int fd, uint64_t bytesMax) {
  tail_.reset();
  withTail_.reset();
  const uint64_t begin = settled_.offset;
  lines_.seek(fd, settled_);
  settled_ = lines_.place();
  Line line;
  while (lines_.next(line)) {
    settleHeld();
    const LineKind kind = entry_.read(line);
    if (line.terminated && kind != LineKind::unparseable) {
      settle(line, kind);
    } else {
      holdTail(line, kind);
    }
    if (!tail_ && settled_.offset - begin >= bytesMax) return false;
  }
  return true;
}

void Scan::settle(const Line& line, LineKind kind) {
  state_.addLine(kind, line.place, entry_);
  settled_ = {line.place.line + 1, line.place.offset + line.fileBytes};
}

/// The line may be the last one. If it is an entry without LF, the answers need it folded, which must not be settled.
void Scan::holdTail(const Line& line, LineKind kind) {
  tail_ = Tail{line.place, line.fileBytes, line.terminated, kind};
  if (kind == LineKind::unparseable) return;
  withTail_ = state_;
  withTail_->addLine(kind, line.place, entry_);
}

/// A line follows the held one, which therefore was no torn tail: it is a sentinel.
void Scan::settleHeld() {
  if (!tail_) return;
  state_.addLine(LineKind::unparseable, tail_->place, entry_);
  settled_ = {tail_->place.line + 1, tail_->place.offset + tail_->fileBytes};
  tail_.reset();
}

const State& Scan::answering() { return withTail_ ? *withTail_ : state_; }

std::vector<std::string> Scan::leasesText() {
  return arraysOf(answering().live().inOrder(),
                  [](const LiveLeases::Record& record, std::string& out) { record.value.appendTo(out); });
}

std::vector<std::string> Scan::generationsText() {
  return arraysOf(answering().generations().held().inOrder(),
                  [](const IdentityMap<int64_t>::Record& record, std::string& out) {
                    out += "{\"loop_ts\":";
                    appendQuoted(record.identity().loopTs, out);
                    out += ",\"lane\":";
                    appendQuoted(record.identity().lane, out);
                    out.append(",\"generation\":").append(std::to_string(record.value)).append("}");
                  });
}

int64_t Scan::nextSeq() { return answering().nextSeq(); }

std::string Scan::reportText() {
  const State& state = answering();
  const bool torn = tail_ && tail_->kind == LineKind::unparseable;
  std::string out;
  out.append("{\"nextSeq\":").append(std::to_string(state.nextSeq()));
  out.append(",\"bytes\":").append(std::to_string(settled_.offset + (tail_ ? tail_->fileBytes : 0)));
  out.append(",\"lines\":").append(std::to_string(state.lines() + (torn ? 1 : 0)));
  out.append(",\"entries\":").append(std::to_string(state.entries()));
  out += ",\"ops\":";
  state.ops().appendTo(out);
  const Findings& findings = state.findings();
  appendNamed("corrupt", findings.corrupt, out);
  out += ",\"tornTail\":";
  if (torn) {
    out += '{';
    appendPlace(tail_->place, out);
    out.append(",\"terminated\":").append(tail_->terminated ? "true" : "false").append("}");
  } else {
    out += "null";
  }
  appendNamed("nonObjects", findings.nonObjects, out);
  appendNamed("illFormedUtf8", findings.illFormedUtf8, out);
  appendNamed("repeatedKeys", findings.repeatedKeys, out);
  appendNamed("oddSeq", findings.oddSeq, out);
  appendNamed("heartbeatBack", findings.heartbeatBack, out);
  return out += '}';
}

}  // namespace lane
