// Writes findings as JSON text.
#include "fold/findings.h"

namespace lane {

void appendPlace(Place place, std::string& out) {
  out.append("\"line\":").append(std::to_string(place.line));
  out.append(",\"offset\":").append(std::to_string(place.offset));
}

void Findings::clear() {
  for (Finding& list : lists_) list.clear();
}

void Findings::add(const Findings& piece, uint64_t lineBase) {
  for (size_t i = 0; i < findingCount; i++) lists_[i].add(piece.lists_[i], lineBase);
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
