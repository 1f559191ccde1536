// Computes what a verb prints.
#include "lj/answer.h"

#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lj/fold.h"
#include "lj/hand_over.h"
#include "lj/journal.h"
#include "lj/lock.h"
#include "lj/print.h"
#include "lj/tail.h"
#include "lj/tree.h"
#include "lj/verify.h"
#include "lj/version.h"

namespace lane {

namespace {

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

/// What a request is about.
struct Subject {
  const Request& request;
  const std::string& path;
  const std::optional<Journal>& journal;
};

std::unique_ptr<Scan> foldFor(const Subject& subject) {
  const Request& request = subject.request;
  FoldPlan plan;
  plan.threads = request.threads;
  plan.until = request.until;
  plan.usesSnapshots = (request.verb == Verb::replay || request.verb == Verb::seq) && !request.noSnapshot;
  if (request.verb == Verb::verify) plan.kind = FoldKind::scan;
  return foldJournal(subject.journal, plan);
}

Answer answerTail(const Subject& subject) {
  // On a terminal, rows are cut to its width.
  if (!subject.request.json && ::isatty(STDOUT_FILENO) != 0) throw HandOver();
  TailText tail;
  if (subject.journal) tail = formatTail(*subject.journal, subject.request.count, subject.request.json);
  // Only the fold distinguishes the sentinels of a file that is not a journal from those of a damaged journal.
  if (!tail.isJournal) foldFor(subject);
  return {std::move(tail.output), {}, 0};
}

Answer answerVerify(const Subject& subject) {
  const std::string report = foldFor(subject)->reportText();
  VerdictText verdict = formatVerdict({report, subject.path, subject.journal.has_value()}, subject.request.json);
  return {std::move(verdict.output), {}, verdict.damaged ? 1 : 0};
}

Answer answerFromJournal(const Subject& subject) {
  const Request& request = subject.request;
  switch (request.verb) {
    case Verb::replay: return {formatLeases(*foldFor(subject), request.json), {}, 0};
    case Verb::seq: return {formatSeq(*foldFor(subject), subject.journal.has_value(), request.json), {}, 0};
    case Verb::tail: return answerTail(subject);
    case Verb::verify: return answerVerify(subject);
    case Verb::lock:
    case Verb::version: break;
  }
  throw HandOver();
}

Answer answerLock(const std::string& path, bool json) {
  LockText lock = formatLock(path, json);
  return {std::move(lock.output), {}, lock.held ? 1 : 0};
}

}  // namespace

Answer answer(const Request& request) {
  expectNativeEngine(request);
  if (request.verb == Verb::version) return {formatVersion(), {}, 0};
  const std::string path = journalPath(request);
  const bool isLock = request.verb == Verb::lock;
  const std::optional<Journal> journal = isLock ? std::nullopt : openJournal(path);
  const bool exists = journal || (isLock && isThere(path));
  if (!exists && request.mustExist) throw HandOver();
  Answer answer = isLock ? answerLock(path, request.json) : answerFromJournal({request, path, journal});
  if (!exists) answer.notes = formatMissing(path);
  return answer;
}

}  // namespace lane
