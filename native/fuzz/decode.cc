// Decodes arbitrary bytes. The decoded text must be well-formed, and decoding it again must not change it. As a
// quoted string it must be good JSON that unescapes to the same text. A sentinel of the bytes must be an entry.
#include "base/decode.h"

#include "base/quote.h"
#include "fold/entry.h"
#include "fuzz/input.h"
#include "fuzz/ordinary.h"
#include "json/words.h"

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Checks each sequence by its bits: the lead byte, the continuation bytes, and that no shorter sequence exists.
bool isWellFormedPlainly(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<uint8_t>(text[at]);
    const size_t bytes = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (bytes == 0 || text.size() - at < bytes) return false;
    uint32_t point = bytes == 1 ? lead : lead & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
      const auto next = static_cast<uint8_t>(text[at + i]);
      if (next >> 6 != 2) return false;
      point = point << 6 | (next & 0x3Fu);
    }
    constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[bytes] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    at += bytes;
  }
  return true;
}

void requireQuotable(const std::string& text) {
  std::string quoted;
  lane::appendQuoted(text, quoted);
  const fuzz::ExactText line(quoted);
  lane::JsonText json;
  fuzz::require(json.parse(line.text()) == lane::Verdict::good, "a quoted text to be good");
  std::string room;
  fuzz::requireSame(lane::unescaped(lane::contentOf(json.root()), room), text, "a quoted text unescaped");
}

/// Runs every conversion that a line goes through if its text is kept.
void decodeAll(std::string_view text) {
  std::string decoded;
  lane::appendDecoded(text, decoded);
  lane::isWellFormed(text);
  std::string quoted;
  lane::appendQuoted(decoded, quoted);
  std::string room;
  lane::unescaped(lane::contentOf(quoted), room);
  lane::decodeRaw(text);
}

fuzz::CostOracle& cost() {
  static fuzz::CostOracle oracle(decodeAll, fuzz::ordinaryJournal());
  return oracle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  // A copy at the end of its own memory, so that the sanitizer detects a read past it.
  const std::string given(reinterpret_cast<const char*>(bytes), size);
  fuzz::sampleCost(cost(), fuzz::Input(bytes, size), given);
  std::string decoded;
  lane::appendDecoded(given, decoded);
  fuzz::require(isWellFormedPlainly(decoded), "decoded text to be well-formed");
  fuzz::require(lane::isWellFormed(decoded), "decoded text to be called well-formed");
  const bool good = isWellFormedPlainly(given);
  fuzz::require(lane::isWellFormed(given) == good, "well-formed text to be recognised");
  fuzz::require((decoded == given) == good, "decoding to change ill-formed text alone");
  fuzz::require(good || decoded.find(replacement) != std::string::npos, "a replacement");
  std::string again;
  lane::appendDecoded(decoded, again);
  fuzz::requireSame(again, decoded, "decoded text to stay the same when it is decoded again");
  requireQuotable(decoded);
  const std::string raw = lane::decodeRaw(given);
  requireQuotable(raw);
  fuzz::require(raw.find_first_not_of(" \t\n\v\f\r") == 0 || raw.empty(), "a raw text to be trimmed");
  std::string sentinel;
  lane::appendSentinel(given, 3, sentinel);
  const fuzz::ExactText line(sentinel);
  lane::Arena arena;
  lane::EntryReader entry;
  fuzz::require(entry.read(line.line(), arena) == lane::LineKind::entry, "a sentinel to be an entry");
  return 0;
}
