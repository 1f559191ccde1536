// Collects all answers of a fold as one text, by which two ways of reading a journal are compared.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "fuzz/input.h"
#include "fuzz/ordinary.h"
#include "json/json.h"
#include "json/words.h"
#include "scan/scan.h"

namespace fuzz {

/// Rewrites a value without spaces, with repeated keys at their first place and with their last value, and with numbers
/// as written. A state that was saved and restored has other text for the same leases, so answers are compared in this
/// form.
inline std::string normalise(lane::Value value) {
  lane::JsonText json;
  // The parser may read one byte after the text.
  const std::string ended(value);
  if ((!lane::isObject(value) && !lane::isArray(value)) || json.parse(ended) != lane::Verdict::good) return ended;
  std::vector<std::pair<std::string, std::string>> members;
  for (const lane::Child& child : json.children()) {
    std::string key;
    std::string room;
    if (lane::isObject(value)) lane::appendQuoted(lane::unescaped(child.key, room), key);
    const auto old = std::find_if(members.begin(), members.end(),
                                  [&](const auto& member) { return lane::isObject(value) && member.first == key; });
    if (old == members.end()) {
      members.emplace_back(key, normalise(child.value));
    } else {
      old->second = normalise(child.value);
    }
  }
  std::string out(1, value.front());
  for (const auto& [key, member] : members) {
    out.append(out.size() > 1 ? "," : "").append(key).append(key.empty() ? "" : ":").append(member);
  }
  return out += lane::isObject(value) ? '}' : ']';
}

/// Normalises a text that has one value in each line.
inline std::string normaliseLines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out.append(normalise(line)).append("\n");
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out;
}

inline std::string answersOf(lane::Scan& scan, lane::FoldKind kind) {
  std::string all = "offset " + std::to_string(scan.offset()) + (scan.hasOpenLine() ? ", open" : "") +
                    (scan.endDamaged() ? ", damaged" : "") + ", content " +
                    std::to_string(static_cast<int>(scan.content())) + "\nnext " + std::to_string(scan.nextSeq());
  const auto add = [&](const char* name, const std::vector<std::string>& texts) {
    all.append("\n").append(name);
    for (const std::string& text : texts) all.append(" ").append(normaliseLines(text));
  };
  add("leases", scan.leasesText());
  add("generations", scan.generationsText());
  if (kind == lane::FoldKind::replay) return all;
  add("held", {std::to_string(scan.counter()) + "\n", scan.heldText(0)});
  add("report", {scan.reportText()});
  return all;
}

/// Steps to the current end of the file.
inline void foldToEnd(lane::Scan& scan, const File& file, uint64_t bytesMax) {
  while (!scan.step(file.fd(), bytesMax)) {
  }
}

/// Larger than any input, and less memory to clear for each one than the default.
inline constexpr uint64_t pieceBytes = 32 * 1024;

/// Measures the cost of folding a journal on one thread and of all answers of the fold.
inline CostOracle makeFoldCost(lane::FoldKind kind, bool usesShapes) {
  const auto work = [=](std::string_view journal) {
    const File file(journal);
    lane::ScanOptions options;
    options.kind = kind;
    options.threads = 1;
    options.usesShapes = usesShapes;
    lane::Scan scan(options);
    foldToEnd(scan, file, options.pieceBytes);
    scan.leasesText();
    scan.generationsText();
    if (kind == lane::FoldKind::scan) scan.reportText();
  };
  return CostOracle(work, ordinaryJournal());
}

/// Folds on one thread, in one piece, and parses every line.
inline std::string answersPlainly(const File& file, lane::FoldKind kind) {
  lane::ScanOptions options;
  options.kind = kind;
  options.threads = 1;
  options.usesShapes = false;
  options.pieceBytes = pieceBytes;
  lane::Scan scan(options);
  foldToEnd(scan, file, options.pieceBytes);
  return answersOf(scan, kind);
}

}  // namespace fuzz
