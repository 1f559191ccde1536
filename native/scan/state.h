// Everything a fold over a journal knows, settled line by settled line. Copies are independent.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/entry.h"
#include "core/findings.h"
#include "core/fold.h"
#include "core/generations.h"
#include "core/seq.h"

namespace lane {

/// `replay` answers leases, generations and numbering; `scan` counts and reports as well.
enum class FoldKind : uint8_t { replay, scan };

/// How many entries by `text(op)`, in order of first sight.
class OpCounts {
 public:
  void add(std::string_view op);
  /// Appends `{"ACQUIRE":N,...}`.
  void appendTo(std::string& out) const;

 private:
  std::vector<std::pair<std::string, uint64_t>> counts_;
  std::unordered_map<std::string, size_t> places_;
  size_t last_ = 0;
};

class State {
 public:
  explicit State(FoldKind kind) : kind_(kind) {}

  /// Folds a line that was read as `kind`. An unparseable one is a sentinel here; a torn tail never comes.
  void addLine(LineKind kind, Place place, EntryReader& entry);

  uint64_t lines() const { return lines_; }
  uint64_t entries() const { return entries_; }
  int64_t nextSeq() const { return highestSeq_ + 1; }
  const LiveLeases& live() const { return live_; }
  const Generations& generations() const { return generations_; }
  const OpCounts& ops() const { return ops_; }
  const Findings& findings() const { return findings_; }

 private:
  void addEntry(Place place, EntryReader& entry);
  void report(Place place, Op op, Identity identity, EntryReader& entry);

  FoldKind kind_;
  LiveLeases live_;
  Generations generations_;
  int64_t highestSeq_ = 0;
  uint64_t lines_ = 0;
  uint64_t entries_ = 0;
  OpCounts ops_;
  Findings findings_;
  IdentityRoom identityRoom_;
  std::string opRoom_;
};

}  // namespace lane
