// Everything a fold over a journal knows.
#include "scan/state.h"

#include "core/quote.h"

namespace lane {

void OpCounts::add(std::string_view op) {
  // Ops come in runs.
  if (last_ < counts_.size() && counts_[last_].first == op) {
    counts_[last_].second++;
    return;
  }
  const auto [place, isNew] = places_.try_emplace(std::string(op), counts_.size());
  if (isNew) counts_.emplace_back(op, 0);
  last_ = place->second;
  counts_[last_].second++;
}

void OpCounts::appendTo(std::string& out) const {
  out += '{';
  for (const auto& [op, count] : counts_) {
    if (out.back() != '{') out += ',';
    appendQuoted(op, out);
    out.append(":").append(std::to_string(count));
  }
  out += '}';
}

void State::addLine(LineKind kind, Place place, EntryReader& entry) {
  lines_++;
  switch (kind) {
    case LineKind::blank: return;
    case LineKind::entry: return addEntry(place, entry);
    case LineKind::nonObject:
      findings_.nonObjects.add(place);
      if (entry.wasIllFormed()) findings_.illFormedUtf8.add(place);
      return;
    case LineKind::unparseable:
      entries_++;
      findings_.corrupt.add(place);
      if (kind_ == FoldKind::scan) ops_.add(corruptOp);
      return;
  }
}

void State::addEntry(Place place, EntryReader& entry) {
  entries_++;
  const ObjectFields& fields = entry.fields();
  const std::string_view opText = textOf(fields[Field::op], opRoom_);
  const Op op = opOf(opText);
  highestSeq_ = higherSeq(highestSeq_, fields);
  Identity identity;
  if (op != Op::other && op != Op::checkpoint) {
    identity = identityRoom_.read(fields[Field::loopTs], fields[Field::lane]);
  }
  if (kind_ == FoldKind::scan) {
    ops_.add(opText);
    report(place, op, identity, entry);
  }
  if (op == Op::other) return;
  foldEntry(live_, op, identity, fields);
  generations_.apply(op, identity, fields);
}

void State::report(Place place, Op op, Identity identity, EntryReader& entry) {
  if (entry.wasIllFormed()) findings_.illFormedUtf8.add(place);
  if (entry.repeatsKeys()) findings_.repeatedKeys.add(place);
  if (isOddSeq(entry.fields()[Field::seq])) findings_.oddSeq.add(place);
  if (movesHeartbeatBack(live_, op, identity, entry.fields())) findings_.heartbeatBack.add(place);
}

}  // namespace lane
