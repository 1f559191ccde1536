// Takes the input as a journal and folds it three times over, so that its lines become known. Choices select bytes that
// are changed in the last round. The answers with shapes must equal those of parsing every line, and the fields that a
// shape finds in a line must equal those that parsing finds.
#include "match/shapes.h"

#include "fold/fold.h"
#include "fold/seq.h"
#include "fuzz/answers.h"
#include "fuzz/input.h"
#include "fuzz/padded_line.h"
#include "json/words.h"

namespace {

/// Repeats the text twice as it is, and once with up to two bytes changed.
std::string repeat(const fuzz::Input& input) {
  std::string text = input.text();
  if (!text.ends_with('\n')) text += '\n';
  std::string changed = text;
  if (input.choice(0) % 2 != 0) changed[input.wideChoice(1) % changed.size()] = static_cast<char>(input.choice(3));
  if (input.choice(0) % 4 == 3) changed[input.wideChoice(4) % changed.size()] = static_cast<char>(input.choice(6));
  return text + text + changed;
}

void requireNoted(const lane::MatchedLine& line, const lane::ObjectFields& parsed) {
  using Noted = lane::Shape::Noted;
  fuzz::requireSame(line.noted(Noted::ts), parsed[lane::Field::ts], "a matched line's ts as it is parsed");
  if (line.op() != lane::Op::acquire) return;
  fuzz::requireSame(line.noted(Noted::reason), parsed[lane::Field::reason], "a matched reason as it is parsed");
  const lane::Value lease = parsed[lane::Field::lease];
  const lane::Value reason = lane::isObject(lease) ? lane::memberOf(lease, lane::Field::reason) : lane::Value();
  fuzz::requireSame(line.noted(Noted::leaseReason), reason, "a matched lease's reason as it is parsed");
}

void requireFields(lane::MatchedLine line, lane::EntryReader& entry, lane::Arena& arena) {
  const lane::ObjectFields& parsed = entry.fields();
  fuzz::require(line.higherSeq(0) == lane::higherSeq(0, parsed), "a matched line's numbers as they are parsed");
  if (line.isPlain()) {
    fuzz::require(line.plainSeq() == lane::intOf(parsed[lane::Field::seq]), "a matched line's seq as it is parsed");
    fuzz::require(!lane::isOddSeq(parsed[lane::Field::seq]), "a plain seq not to be odd");
  }
  requireNoted(line, parsed);
  if (line.op() == lane::Op::heartbeat || line.op() == lane::Op::adopt) {
    fuzz::requireSame(line.stamp(), lane::stampOf(parsed), "a matched beat's stamp as it is parsed");
  }
  const lane::ObjectFields& fields = line.fields();
  for (size_t i = 0; i < lane::fieldCount; i++) {
    const auto field = static_cast<lane::Field>(i);
    if (field == lane::Field::leaseStamp || !lane::isPresent(fields[field])) continue;
    fuzz::requireSame(fields[field], parsed[field], "a matched field as it is parsed");
  }
  const bool holds = line.op() == lane::Op::acquire || line.op() == lane::Op::reconcile;
  const lane::Value stamp = fields[lane::Field::leaseStamp];
  const lane::Value lease = parsed[lane::Field::lease];
  if (holds && lane::isPresent(stamp) && lane::isObject(lease)) {
    fuzz::requireSame(stamp, lane::stampOfLease(lease), "a matched lease's stamp as it is parsed");
  }
  fuzz::require(line.shape().repeatsKeys() == entry.repeatsKeys(), "repeated keys as they are parsed");
  if (line.op() == lane::Op::other) return;
  const lane::Identity found = line.identity(arena);
  const lane::Identity expected = lane::readIdentity(parsed[lane::Field::loopTs], parsed[lane::Field::lane], arena);
  fuzz::requireSame(found.loopTs, expected.loopTs, "a matched identity's loop_ts");
  fuzz::requireSame(found.lane, expected.lane, "a matched identity's lane");
}

void requireMatches(std::string_view journal) {
  lane::Arena arena;
  lane::EntryReader entry;
  lane::ShapeCache shapes;
  for (size_t at = 0; at < journal.size();) {
    const std::string_view text = journal.substr(at, journal.find('\n', at) - at);
    at += text.size() + 1;
    const fuzz::PaddedLine line(text);
    shapes.restart();
    const lane::LineKind kind = entry.read(line.line(), arena);
    const lane::MatchedLine found = shapes.match(line.text());
    if (found.isMatched()) {
      fuzz::require(kind == lane::LineKind::entry, "a matched line to be an entry");
      fuzz::require(found.text() == text, "a match to end where the line does");
      requireFields(found, entry, arena);
    } else if (kind == lane::LineKind::entry) {
      shapes.learn(entry);
    }
    arena.clear();
  }
}

fuzz::CostOracle& cost() {
  static fuzz::CostOracle oracle = fuzz::makeFoldCost(lane::FoldKind::scan, true);
  return oracle;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const std::string journal = repeat(input);
  fuzz::sampleCost(cost(), input, journal);
  requireMatches(journal);
  const fuzz::File file(journal);
  lane::ScanOptions options;
  options.kind = input.choice(7) % 4 == 0 ? lane::FoldKind::replay : lane::FoldKind::scan;
  options.threads = 1;
  options.pieceBytes = fuzz::pieceBytes;
  lane::Scan scan(options);
  fuzz::foldToEnd(scan, file, options.pieceBytes);
  fuzz::requireSame(fuzz::answersOf(scan, options.kind), fuzz::answersPlainly(file, options.kind),
                    "answers with shapes as without");
  return 0;
}
