// Takes the input as a journal, and a choice as the number of its last entries. They must be the end of all entries,
// and as many rows of the table.
#include "lj/tail.h"

#include <unistd.h>

#include <algorithm>
#include <string>

#include "fuzz/input.h"
#include "lj/hand_over.h"

namespace {

std::string tailOf(const lane::Journal& journal, uint64_t count, bool json) {
  return lane::formatTail(journal, count, json).output;
}

void compare(const lane::Journal& journal, uint64_t count) {
  const std::string all = tailOf(journal, 0, true);
  const std::string last = tailOf(journal, count, true);
  fuzz::require(all.size() >= last.size(), "no more entries than there are");
  fuzz::requireSame(last, std::string_view(all).substr(all.size() - last.size()), "the last entries");
  const auto lines = std::count(last.begin(), last.end(), '\n');
  const auto total = std::count(all.begin(), all.end(), '\n');
  fuzz::require(lines == std::min<int64_t>(total, static_cast<int64_t>(count)), "as many entries as requested");
  const std::string table = tailOf(journal, count, false);
  fuzz::require(std::count(table.begin(), table.end(), '\n') == lines, "a row for each entry");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const fuzz::File file(input.text());
  const lane::Journal journal{"/journal.jsonl", lane::Descriptor(::dup(file.fd())), {}};
  try {
    compare(journal, 1 + input.choice(0) % 8);
  } catch (const lane::HandOver&) {
    // An entry that nests too deeply is left to the JavaScript command.
  }
  return 0;
}
