// Findings -> JSON text.
#include "core/findings.h"

namespace lane {

void appendPlace(Place place, std::string& out) {
  out.append("\"line\":").append(std::to_string(place.line));
  out.append(",\"offset\":").append(std::to_string(place.offset));
}

void Findings::clear() {
  for (Finding* finding : {&corrupt, &nonObjects, &illFormedUtf8, &repeatedKeys, &oddSeq, &heartbeatBack}) {
    finding->clear();
  }
}

void Findings::add(const Findings& piece, uint64_t lineBase) {
  corrupt.add(piece.corrupt, lineBase);
  nonObjects.add(piece.nonObjects, lineBase);
  illFormedUtf8.add(piece.illFormedUtf8, lineBase);
  repeatedKeys.add(piece.repeatedKeys, lineBase);
  oddSeq.add(piece.oddSeq, lineBase);
  heartbeatBack.add(piece.heartbeatBack, lineBase);
}

void Finding::appendTo(std::string& out) const {
  out.append("{\"count\":").append(std::to_string(count_)).append(",\"first\":[");
  for (const Place& place : first_) {
    if (&place != &first_.front()) out += ',';
    out += '{';
    appendPlace(place, out);
    out += '}';
  }
  out += "]}";
}

}  // namespace lane
