// Formats what `lj tail` prints.
#include "lj/tail.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "json/json.h"
#include "json/words.h"
#include "lj/answer.h"
#include "lj/characters.h"
#include "lj/hand_over.h"
#include "lj/last_entries.h"
#include "lj/print.h"
#include "lj/tree.h"

namespace lane {

namespace {

/// The columns, then the other fields that a row shows.
constexpr std::string_view shownKeys[] = {"seq", "ts", "op", "lane", "loop_ts", "reason", "_line", "_raw"};
constexpr size_t columns = 5;

enum Shown : uint8_t {
  seq,
  op = 2,
  reason = 5,
  line,
  raw,
};

/// Columns grow with their content up to this limit.
constexpr size_t columnUnitsMax = 32;

/// A sentinel shows this much of the damaged line.
constexpr size_t rawUnitsMax = 80;

/// The last values of the shown fields. Absent where the entry has none.
using Values = std::array<Value, std::size(shownKeys)>;

/// A cell for each column, then the reason.
using Row = std::array<std::string, columns + 1>;

Values valuesIn(const std::vector<Child>& members) {
  Values values;
  std::string room;
  for (const Child& member : members) {
    const auto* const key = std::find(std::begin(shownKeys), std::end(shownKeys), unescaped(member.key, room));
    if (key != std::end(shownKeys)) values[static_cast<size_t>(key - std::begin(shownKeys))] = member.value;
  }
  return values;
}

std::string printableText(Value value) {
  std::string room;
  std::string out;
  appendPrintable(textOf(value, room), out);
  return out;
}

/// 0 counts as empty, but as a number it is worth showing.
std::string formatCell(Value value) {
  if (isPresent(value) && isNumber(value) && numberOf(value) == 0) return "0";
  return isEmpty(value) ? "-" : printableText(value);
}

/// A sentinel has no reason: the column shows its place and the start of the damaged line instead.
std::string formatReason(const Values& values) {
  std::string room;
  if (isEmpty(values[op]) || textOf(values[op], room) != "_CORRUPT") return printableText(values[reason]);
  const std::string place = printableText(values[line]);
  std::string start;
  appendUnits(textOf(values[raw], room), rawUnitsMax, start);
  std::string out = "line ";
  out.append(place.empty() ? "0" : place).append(": ");
  appendPrintable(start, out);
  return out;
}

Row formatCells(const std::vector<Child>& members) {
  const Values values = valuesIn(members);
  Row row;
  for (size_t column = 0; column < columns; column++) row[column] = formatCell(values[column]);
  row[seq].insert(0, 1, '#');
  row[columns] = formatReason(values);
  return row;
}

/// Formats rows of `#seq ts op lane loop_ts reason`; `-` marks a missing field.
class Table {
 public:
  void fit(const Row& row) {
    for (size_t column = 0; column < columns; column++) {
      widths_[column] = std::max(widths_[column], std::min(unitsIn(row[column]), columnUnitsMax));
    }
  }

  void append(const Row& row, std::string& out) const {
    std::string shown;
    for (size_t column = 0; column < columns; column++) {
      const size_t units = unitsIn(row[column]);
      shown.append(row[column]).append(units < widths_[column] ? widths_[column] - units : 0, ' ').append("  ");
    }
    shown += row[columns];
    out.append(trimmedEnd(shown)).append("\n");
  }

 private:
  std::array<size_t, columns> widths_{1, 1, 1, 1, 1};
};

class TailFormat {
 public:
  explicit TailFormat(bool json) : json_(json) {}

  void take(const EntriesText& batch, size_t begin, size_t end) {
    std::vector<Row> rows;
    bool isSound = false;
    size_t number = 0;
    visitEntries(batch, [&](Value entry, const std::vector<Child>& members) {
      const size_t at = number++;
      if (at < begin || at >= end) return;
      if (entry.size() > textBytesMax) throw HandOver();
      isSound = isSound || !isSentinel(members);
      if (json_) {
        appendStrict(readTree(entry), text_.output);
        text_.output += '\n';
      } else {
        rows.push_back(formatCells(members));
      }
    });
    for (const Row& row : rows) table_.fit(row);
    for (const Row& row : rows) table_.append(row, text_.output);
    if (!judged_) text_.isJournal = isSound;
    judged_ = true;
  }

  TailText result() && { return std::move(text_); }

 private:
  const bool json_;
  bool judged_ = false;
  Table table_;
  TailText text_;
};

}  // namespace

TailText formatTail(const Journal& journal, uint64_t count, bool json) {
  TailFormat format(json);
  readLastEntries(journal, count,
                  [&](const EntriesText& batch, size_t begin, size_t end) { format.take(batch, begin, end); });
  return std::move(format).result();
}

}  // namespace lane
