// Computes what a verb prints.
#include "lj/answer.h"

#include <memory>
#include <string>
#include <utility>

#include "lj/fold.h"
#include "lj/hand_over.h"
#include "lj/journal.h"
#include "lj/print.h"
#include "lj/tree.h"
#include "lj/verify.h"

namespace lane {

namespace {

/// A longer text could exceed a line's limit once it is formatted, which the JavaScript command reports.
constexpr size_t textBytesMax = 8 * 1024 * 1024;

/// Another engine may be requested by the environment, and Node's permission model forbids reading files.
void expectNativeEngine(const Request& request) {
  const std::string_view engine = environment("LANE_JOURNAL_ENGINE");
  if (!request.engineChosen && !engine.empty() && engine != "native" && engine != "auto") throw HandOver();
  if (environment("NODE_OPTIONS").find("permission") != std::string_view::npos) throw HandOver();
}

std::string formatLeases(const Scan& scan, bool json) {
  std::string out;
  for (const std::string& text : scan.leasesText()) {
    if (text.size() > textBytesMax) throw HandOver();
    for (const Member& lease : readTree(text).members) {
      out += out.empty() ? (json ? "[" : "[\n  ") : (json ? ", " : ",\n  ");
      if (json) {
        appendStrict(lease.value, out);
      } else {
        appendPythonItem(lease.value, out);
      }
    }
  }
  if (out.empty()) return "[]\n";
  return out += json ? "]\n" : "\n]\n";
}

std::string formatSeq(const Scan& scan, bool exists, bool json) {
  const std::string highest = std::to_string(scan.nextSeq() - 1);
  if (!json) return highest + "\n";
  const std::string next = std::to_string(scan.nextSeq());
  std::string out = "{\"exists\": ";
  out.append(exists ? "true" : "false").append(", \"nextSeq\": ").append(next);
  return out.append(", \"seq\": ").append(highest).append("}\n");
}

std::string formatMissing(const std::string& path) {
  std::string out = "lj: there is no journal ";
  appendPrintable(path, out);
  return out += ": it reads as empty\n";
}

}  // namespace

Answer answer(const Request& request) {
  expectNativeEngine(request);
  const std::string path = journalPath(request);
  const std::optional<Journal> journal = openJournal(path);
  if (!journal && request.mustExist) throw HandOver();
  Answer answer;
  if (!journal) answer.notes = formatMissing(path);
  FoldPlan plan;
  plan.threads = request.threads;
  plan.usesSnapshots = request.verb != Verb::verify && !request.noSnapshot;
  if (request.verb == Verb::verify) plan.kind = FoldKind::scan;
  const std::unique_ptr<Scan> scan = foldJournal(journal, plan);
  switch (request.verb) {
    case Verb::replay: answer.output = formatLeases(*scan, request.json); break;
    case Verb::seq: answer.output = formatSeq(*scan, journal.has_value(), request.json); break;
    case Verb::verify: {
      const std::string report = scan->reportText();
      VerdictText verdict = formatVerdict({report, path, journal.has_value()}, request.json);
      answer.output = std::move(verdict.output);
      answer.exitCode = verdict.damaged ? 1 : 0;
      break;
    }
  }
  return answer;
}

}  // namespace lane
