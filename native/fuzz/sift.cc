// Takes the input as a journal and reads it for its history, in pieces, with threads and steps that choices select. All
// entries whose members it returns must be entries of a plain reading, at the same places, in their order and with
// these members, and a heartbeat must belong to an identity that is live.
#include "scan/sift.h"

#include <map>

#include "fuzz/answers.h"
#include "fuzz/input.h"
#include "json/words.h"
#include "scan/entries.h"

namespace {

constexpr size_t piecesMax = 48;
constexpr std::string_view sentinelHead = "{\"op\":\"_CORRUPT\"";

/// Returns the text of each item of an array.
std::vector<std::string> itemsOf(const std::string& array) {
  lane::JsonText json;
  // The array is one level deeper than a line may be.
  if (json.parse(array) != lane::Verdict::good) return {};
  std::vector<std::string> items;
  for (const lane::Child& child : json.children()) items.emplace_back(child.value);
  return items;
}

/// The texts of all entries by the offsets of their lines.
std::map<uint64_t, std::string> readPlainly(const fuzz::File& file) {
  const lane::EntriesText whole = lane::readEntriesText(file.fd(), {{}, 1 << 20});
  const std::vector<std::string> items = itemsOf(whole.text);
  std::map<uint64_t, std::string> entries;
  for (size_t i = 0; i < items.size(); i++) entries[whole.places[i].place.offset] = items[i];
  return entries;
}

lane::SiftOptions optionsOf(const fuzz::Input& input, size_t journalBytes) {
  lane::SiftOptions options;
  if (input.choice(0) % 2 == 0) options.sieve.lane = "a";
  options.sieve.nowMs = input.choice(0) % 4 < 2 ? INT64_MAX : 1'780'000'000'000;
  options.usesShapes = input.choice(0) % 8 < 4;
  options.threads = 1 + input.choice(1) % 8;
  const size_t pieceBytes = 1 + (input.choice(2) < 200 ? input.choice(2) : input.choice(2) * 37u);
  options.pieceBytes = std::max(pieceBytes, journalBytes / piecesMax);
  return options;
}

struct Expected {
  lane::Column column;
  std::string_view key;
};

constexpr Expected members[] = {{lane::Column::op, "op"},          {lane::Column::lane, "lane"},
                                {lane::Column::loopTs, "loop_ts"}, {lane::Column::ts, "ts"},
                                {lane::Column::seq, "seq"},        {lane::Column::holder, "holder"},
                                {lane::Column::tree, "tree"},      {lane::Column::heldBy, "held_by"}};
constexpr Expected leaseMembers[] = {{lane::Column::leaseHolder, "holder"}, {lane::Column::leaseTree, "tree"}};

/// Returns the last value of the key; empty if there is none.
std::string valueOf(const std::string& object, std::string_view key) {
  lane::JsonText json;
  std::string value;
  if (object.empty() || json.parse(object) != lane::Verdict::good) return value;
  std::string room;
  for (const lane::Child& child : json.children()) {
    if (lane::unescaped(child.key, room) == key) value = child.value;
  }
  return value;
}

/// The values of the entries of one step.
class Rows {
 public:
  explicit Rows(const lane::SiftedText& sifted) : sifted_(sifted) {
    size_t begin = 0;
    for (const auto& [entries, bytes] : sifted.stretches) {
      const std::vector<std::string> values = itemsOf(sifted.values.substr(begin, bytes));
      for (size_t i = 0; i < entries; i++) values_.push_back(values);
      begin += bytes;
    }
    fuzz::require(begin == sifted.values.size(), "the values of the stretches");
  }

  size_t count() const { return values_.size(); }
  /// Whether the values of an entry could be read.
  bool areKnown(size_t index) const { return !values_[index].empty(); }

  void requireEntry(size_t index, const std::string& entry) const {
    const std::string whole = at(index, lane::Column::whole);
    if (!whole.empty()) {
      const bool isSentinel = whole + "," == std::string(sentinelHead) + "},";
      return fuzz::require(entry == whole || (isSentinel && entry.starts_with(sentinelHead)), "the entry of its line");
    }
    for (const auto& [column, key] : members) fuzz::require(at(index, column) == valueOf(entry, key), "its member");
    const std::string lease = valueOf(entry, "lease");
    const bool isNested = lane::isObject(lease);
    fuzz::require(isNested == !at(index, lane::Column::lease).empty(), "whether it nests a lease");
    for (const auto& [column, key] : leaseMembers) {
      fuzz::require(at(index, column) == (isNested ? valueOf(lease, key) : ""), "the member of its lease");
    }
  }

 private:
  std::string at(size_t index, lane::Column column) const {
    const uint32_t number = sifted_.members[index * lane::MemberRows::columnCount + static_cast<size_t>(column)];
    fuzz::require(number < values_[index].size(), "the number of a value");
    return number == 0 ? "" : values_[index][number];
  }

  const lane::SiftedText& sifted_;
  std::vector<std::vector<std::string>> values_;
};

/// Checks the entries of one step, which must follow `offset`, and moves it to the last of them.
void requireEntries(const lane::SiftedText& sifted, const std::map<uint64_t, std::string>& entries, int64_t& offset) {
  const Rows rows(sifted);
  const size_t count = sifted.numbers.size() / lane::SiftedText::numbersEach;
  fuzz::require(rows.count() == count, "an entry in each place of a stretch");
  fuzz::require(sifted.members.size() == count * lane::MemberRows::columnCount, "a row for each entry");
  for (size_t i = 0; i < count; i++) {
    const auto at = static_cast<int64_t>(sifted.numbers[i * lane::SiftedText::numbersEach + 1]);
    const auto entry = entries.find(static_cast<uint64_t>(at));
    fuzz::require(at > offset && entry != entries.end(), "an entry after the last one");
    if (rows.areKnown(i)) rows.requireEntry(i, entry->second);
    offset = at;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string journal = input.text();
  const fuzz::File file(journal);
  const std::map<uint64_t, std::string> entries = readPlainly(file);
  lane::Sift sift(optionsOf(input, journal.size()));
  const size_t stepBytes = 1 + journal.size() / piecesMax + input.wideChoice(3);
  int64_t offset = -1;
  size_t beats = 0;
  for (bool done = false; !done;) {
    const lane::SiftedText& sifted = sift.step(file.fd(), stepBytes);
    if (!entries.empty()) requireEntries(sifted, entries, offset);
    fuzz::require(sifted.beats.size() % lane::SiftedText::numbersEachBeat == 0, "three numbers for each beat");
    for (size_t i = 1; i < sifted.beats.size(); i += lane::SiftedText::numbersEachBeat) {
      fuzz::require(sifted.beats[i] >= 1, "the number of a live identity");
      beats++;
    }
    done = sifted.done;
  }
  fuzz::require(entries.empty() || beats <= entries.size(), "no more heartbeats than entries");
  return 0;
}
