// Reads the entries of a stretch of a journal as one JSON array.
#include "scan/entries.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fold/entry.h"
#include "scan/lines.h"

namespace lane {

namespace {

class StretchReader {
 public:
  StretchReader(OpenFile file, const EntriesRequest& request, Mark* mark)
      : lines_(blockBytesFor(request.bytesMax)), request_(request), mark_(mark) {
    lines_.seek(file, request.from);
    // After a byte order mark, the first line begins behind it.
    result_.next = lines_.place();
  }

  EntriesText read() && {
    result_.text += '[';
    Line line;
    while (!isEnough()) {
      if (!lines_.next(line)) {
        result_.done = true;
        break;
      }
      if (held_) {
        settleHeld(line.place);
        if (isEnough()) break;
      }
      take(line);
    }
    result_.text += ']';
    return std::move(result_);
  }

 private:
  /// A damaged line that is a sentinel if another line follows, and a torn tail if none does.
  struct Held {
    LinePlace at;
    std::string head;
    Mark tail;
  };

  static size_t blockBytesFor(uint64_t bytesMax) {
    return static_cast<size_t>(std::clamp<uint64_t>(bytesMax / 4096 * 4096, 4096, 1024 * 1024));
  }

  bool isEnough() const {
    const Place from = request_.from;
    return !held_ && result_.next.line > from.line && result_.next.offset - from.offset >= request_.bytesMax;
  }

  /// Another line follows the damaged one, which is therefore a sentinel.
  void settleHeld(Place next) {
    std::string sentinel;
    appendSentinel(held_->head, held_->at.place.line, sentinel);
    addItem(sentinel, held_->at);
    if (mark_ != nullptr) *mark_ = held_->tail;
    held_.reset();
    result_.next = next;
  }

  void take(const Line& line) {
    const LineKind kind = entry_.read(line, arena_);
    const LinePlace at{line.place, line.fileBytes - (line.terminated ? 1 : 0)};
    if (kind == LineKind::unparseable) {
      held_ = Held{at, std::string(line.bytes.substr(0, rawBytesMax)), markAfter(line)};
    } else {
      if (kind == LineKind::entry && (line.terminated || request_.withLast)) addItem(entry_.text(), at);
      if (line.terminated) settle(line);
    }
    arena_.clear();
  }

  void settle(const Line& line) {
    if (mark_ != nullptr) extend(*mark_, line);
    result_.next = lines_.place();
  }

  Mark markAfter(const Line& line) const {
    if (mark_ == nullptr) return {};
    Mark mark = *mark_;
    extend(mark, line);
    return mark;
  }

  static void extend(Mark& mark, const Line& line) {
    // Memory does not hold all of a line that is too long.
    if (line.overlong) return mark.clear();
    mark.extend(line.bytes);
    mark.extend("\n");
  }

  void addItem(std::string_view item, const LinePlace& at) {
    if (!result_.places.empty()) result_.text += ',';
    result_.text += item;
    result_.places.push_back(at);
  }

  LineReader lines_;
  const EntriesRequest request_;
  Mark* const mark_;
  EntryReader entry_;
  Arena arena_;
  EntriesText result_;
  std::optional<Held> held_;
};

}  // namespace

EntriesText readEntriesText(OpenFile file, const EntriesRequest& request, Mark* mark) {
  return StretchReader(file, request, mark).read();
}

}  // namespace lane
