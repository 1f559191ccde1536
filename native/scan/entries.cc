// Reads the entries of a stretch of a journal as one JSON array.
#include "scan/entries.h"

#include <algorithm>
#include <optional>

#include "fold/entry.h"
#include "scan/lines.h"

namespace lane {

namespace {

/// A damaged line that is a sentinel if another line follows, and a torn tail if none does.
struct Held {
  Place place;
  std::string head;
};

void appendItem(std::string_view item, std::string& out) {
  if (out.size() > 1) out += ',';
  out += item;
}

}  // namespace

EntriesText readEntriesText(OpenFile file, Place from, uint64_t bytesMax) {
  LineReader lines(static_cast<size_t>(std::clamp<uint64_t>(bytesMax / 4096 * 4096, 4096, 1024 * 1024)));
  EntryReader entry;
  Arena arena;
  EntriesText result{"[", from, true};
  std::optional<Held> held;
  Line line;
  const auto isEnough = [&] {
    result.done = result.next.offset - from.offset < bytesMax;
    return !result.done;
  };
  lines.seek(file, from);
  while (lines.next(line)) {
    if (held) {
      std::string sentinel;
      appendSentinel(held->head, held->place.line, sentinel);
      appendItem(sentinel, result.text);
      held.reset();
      result.next = line.place;
      if (isEnough()) break;
    }
    const LineKind kind = entry.read(line, arena);
    if (kind == LineKind::entry) appendItem(entry.text(), result.text);
    arena.clear();
    if (kind == LineKind::unparseable) {
      held = Held{line.place, std::string(line.bytes.substr(0, rawBytesMax))};
      continue;
    }
    result.next = lines.place();
    if (isEnough()) break;
  }
  result.text += ']';
  return result;
}

}  // namespace lane
