// Formats what `lj --version` prints.
#include "lj/version.h"

#include <simdjson.h>

#include "lj/hand_over.h"
#include "lj/journal.h"
#include "lj/print.h"

namespace lane {

namespace {

/// Returns the path of this program within the package, or the whole path if that is impossible.
std::string shownPath() {
  const std::string path = programPath();
  const std::string folder = packageFolder() + "/";
  return path.compare(0, folder.size(), folder) == 0 ? path.substr(folder.size()) : path;
}

}  // namespace

std::string formatVersion() {
  if (!environment("LANE_JOURNAL_ENGINE").empty()) throw HandOver();
  std::string out =
      "lane-journal " LANE_VERSION "\nengine native: the default; it is part of the executable; simdjson runs its ";
  out.append(simdjson::get_active_implementation()->name()).append(" kernel\ncommand executable: ");
  appendPrintable(shownPath(), out);
  return out += " runs without Node; it hands other verbs over to the JavaScript command\n";
}

}  // namespace lane
