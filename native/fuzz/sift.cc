// Takes the input as a journal and reads it for its history, in pieces, with threads and steps that choices select. All
// entries that it returns must be entries of a plain reading, at the same places and in their order, and a heartbeat
// must belong to an identity that is live.
#include "scan/sift.h"

#include <map>

#include "fuzz/answers.h"
#include "fuzz/input.h"
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

/// Checks the entries of one step, which must follow `offset`, and moves it to the last of them.
void requireEntries(const lane::SiftedText& sifted, const std::map<uint64_t, std::string>& entries, int64_t& offset) {
  const std::vector<std::string> items = itemsOf(sifted.text);
  fuzz::require(sifted.numbers.size() == items.size() * lane::SiftedText::numbersEach, "eight numbers for each entry");
  for (size_t i = 0; i < items.size(); i++) {
    const auto at = static_cast<int64_t>(sifted.numbers[i * lane::SiftedText::numbersEach + 1]);
    const auto entry = entries.find(static_cast<uint64_t>(at));
    fuzz::require(at > offset && entry != entries.end(), "an entry after the last one");
    const bool isSentinel = items[i] + "," == std::string(sentinelHead) + "},";
    fuzz::require(entry->second == items[i] || (isSentinel && entry->second.starts_with(sentinelHead)),
                  "the entry of its line");
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
    const lane::SiftedText sifted = sift.step(file.fd(), stepBytes);
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
