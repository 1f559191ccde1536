// Makes the ordinary journal with which the cost of an input is compared, and divides a text into lines.
#pragma once

#include <string>
#include <string_view>

#include "fuzz/cost.h"
#include "fuzz/input.h"

namespace fuzz {

/// Returns 64 KiB of canonical lines: mostly HEARTBEAT entries, and at most 20 leases live at a time.
inline std::string ordinaryJournal() {
  constexpr int linesEach = 10;
  constexpr int live = 20;
  std::string journal;
  for (int line = 0; journal.size() < stretchedBytes; line++) {
    const int turn = line / linesEach;
    const std::string seq = std::to_string(line + 1);
    const std::string second = std::to_string(10 + turn % 50);
    const auto lane = [](int number) { return "\"lane\": \"engine-core-" + std::to_string(number) + "\", "; };
    const auto loop = [](int number) { return "\"loop_ts\": \"2026-01-05-" + std::to_string(number) + "\", "; };
    const std::string host = "\"host_id\": \"build-01.local\", ";
    const std::string ts = ", \"seq\": " + seq + ", \"ts\": \"2026-01-05T08:00:" + second + "Z\"}\n";
    const std::string identity = lane(turn) + loop(turn);
    switch (line % linesEach) {
      case 0:
        journal.append("{").append(host).append(lane(turn));
        journal.append("\"lease\": {\"acquired_at\": \"2026-01-05T08:00:00Z\", ");
        journal.append("\"holder\": \"agent-7\", ").append(host).append(identity).append("\"pid\": 123456, ");
        journal.append("\"tree\": [\"packages/engine/core/**\", \"packages/engine/test/**\"], \"ttl_minutes\": 50}, ");
        journal.append(loop(turn)).append("\"op\": \"ACQUIRE\", \"reason\": \"lane was free\"").append(ts);
        break;
      case 1:
        journal.append("{").append(host).append(lane(turn - live)).append(loop(turn - live));
        journal.append("\"op\": \"RELEASE\", \"reason\": \"unit landed\"").append(ts);
        break;
      case 2:
        journal.append("{").append(host).append(identity);
        journal.append("\"op\": \"REFUSE\", \"reason\": \"lane is held by a live lease of another loop\"").append(ts);
        break;
      default:
        journal.append("{\"heartbeat_at\": \"2026-01-05T08:00:").append(second).append("Z\", ");
        journal.append(host).append(identity).append("\"op\": \"HEARTBEAT\"").append(ts);
    }
  }
  return journal;
}

/// Calls `visit` with each line of `text`.
template <class Visit>
void forEachLine(std::string_view text, Visit visit) {
  for (size_t at = 0; at < text.size();) {
    const std::string_view bytes = text.substr(at, text.find('\n', at) - at);
    visit(lane::Line{bytes, {}, bytes.size() + 1, true, false});
    at += bytes.size() + 1;
  }
}

/// Requires that a byte of `text`, stretched as the input chooses, costs at most `costRatioMax` ordinary bytes.
inline void requireOrdinaryCost(CostOracle& oracle, const Input& input, std::string_view text) {
  if (text.empty()) return;
  const bool isPart = input.choice(7) % 2 == 0;
  const std::string whole = stretched(text, isPart ? input.wideChoice(4) % text.size() : 0,
                                      isPart ? 1 + input.choice(6) % text.size() : text.size());
  const double ratio = oracle.ratioOf(whole);
  if (ratio <= costRatioMax) return;
  const int shown = static_cast<int>(std::min<size_t>(whole.size(), 1000));
  std::fprintf(stderr, "expected a byte to cost at most %.0f ordinary ones, found %.0f, in %zu bytes:\n%.*s\n",
               costRatioMax, ratio, whole.size(), shown, whole.data());
  std::abort();
}

/// Like `requireOrdinaryCost`, for one input in eight, because measuring takes longer than the rest of most targets.
/// The text itself selects the inputs, so that a finding is measured again when its input is.
inline void sampleCost(CostOracle& oracle, const Input& input, std::string_view text) {
  constexpr size_t inputsEach = 8;
  if (std::hash<std::string_view>()(text) % inputsEach == 0) requireOrdinaryCost(oracle, input, text);
}

}  // namespace fuzz
