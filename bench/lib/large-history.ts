// Makes a history of many episodes, always the same.
import { HistoryFold } from "../../src/history/fold.js";
import { type History, selectHistory } from "../../src/history/select.js";
import type { Entry } from "../../src/index.js";

const startMs = Date.parse("2026-06-01T00:00:00Z");

export const largeNowMs = Date.parse("2026-12-01T00:00:00Z");

/** One episode every 40 seconds, over lanes that take turns. Every tenth asker is refused. */
export function makeLargeHistory(count: number, lanes: number): History {
  const fold = new HistoryFold({ nowMs: largeNowMs });
  let line = 0;
  const take = (entry: Entry): void => {
    fold.take({ seq: line + 1, ...entry }, { line, offset: line * 100 });
    line++;
  };
  for (let i = 0; i < count; i++) {
    const at = (seconds: number): string => {
      return new Date(startMs + (i * 40 + seconds) * 1000).toISOString();
    };
    const name = { lane: `lane-${i % lanes}`, loop_ts: at(0) };
    const lease = { ...name, holder: `agent-${i % 97}`, run_id: `RID-${i}`, tree: [`src/${i % lanes}/**`] };
    take({ op: "ACQUIRE", ts: at(0), ...name, lease });
    if (i % 10 === 0)
      take({ op: "REFUSE", ts: at(10), lane: name.lane, holder: `agent-${(i + 1) % 97}`, reason: "held" });
    take({ op: "HEARTBEAT", ts: at(20), ...name });
    take({ op: i % 7 === 0 ? "SCAVENGE" : "RELEASE", ts: at(30), ...name, by: lease.holder, reason: "explicit" });
  }
  fold.finish();
  return selectHistory(fold.kept, {});
}
