// Findings -> JSON text.
#include "core/findings.h"

namespace lane {

void appendPlace(Place place, std::string& out) {
  out.append("\"line\":").append(std::to_string(place.line));
  out.append(",\"offset\":").append(std::to_string(place.offset));
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
