// Finds the offset at which the lines before a bound end.
#include "scan/cut.h"

#include <optional>
#include <string>

#include "fold/entry.h"
#include "fold/stamp.h"
#include "json/words.h"
#include "scan/lines.h"

namespace lane {

namespace {

bool isLater(Value ts, int64_t bound) {
  if (!isString(ts)) return false;
  std::string room;
  const std::optional<Moments> found = readStamp(unescaped(contentOf(ts), room));
  return found && found->first > bound;
}

/// Decides for one line after the other whether it is the first one after the bound.
class Search {
 public:
  explicit Search(const Bound& bound) : bound_(bound) {}

  bool isOut(const Line& line) {
    switch (bound_.kind) {
      case Bound::Kind::line: return line.place.line >= static_cast<uint64_t>(bound_.value);
      case Bound::Kind::offset: return line.place.offset + line.fileBytes > static_cast<uint64_t>(bound_.value);
      case Bound::Kind::seq:
      case Bound::Kind::ts: break;
    }
    arena_.clear();
    if (entry_.read(line, arena_) != LineKind::entry) return false;
    const ObjectFields& fields = entry_.fields();
    if (bound_.kind == Bound::Kind::ts) return isLater(fields[Field::ts], bound_.value);
    return intOf(fields[Field::seq]) > bound_.value;
  }

 private:
  const Bound bound_;
  EntryReader entry_;
  Arena arena_;
};

}  // namespace

Cut findCut(OpenFile file, Place from, const Bound& bound, uint64_t bytesMax) {
  LineReader lines;
  Search search(bound);
  lines.seek(file, from);
  Line line;
  do {
    if (!lines.next(line)) return {lines.place(), false, true};
    if (search.isOut(line)) return {line.place, true, false};
  } while (lines.place().offset - from.offset < bytesMax);
  return {lines.place(), false, !line.terminated};
}

}  // namespace lane
