// Writes a timeline as trace events, which Perfetto and chrome://tracing open.
import type { Bar, Lane, Timeline } from "../../timeline/types.js";
import { formatStrictLine } from "../strict.js";
import { tellBar, tellMark } from "./words.js";

/** The whole journal is one process of the trace, and each row of a lane is a thread. */
const pid = 1;

/** A trace has its times in microseconds. */
const microseconds = 1000;

/** Returns one JSON object in several lines. `title`: the name of the process. */
export function* writeTrace(timeline: Timeline, title: string): Generator<string> {
  yield '{"displayTimeUnit": "ms", "traceEvents": [\n';
  let before = "";
  for (const event of listEvents(timeline, title)) {
    yield `${before}${formatStrictLine({ ...event }).trimEnd()}`;
    before = ",\n";
  }
  yield "\n]}\n";
}

function* listEvents({ lanes, damage }: Timeline, title: string): Generator<object> {
  yield { ph: "M", pid, name: "process_name", args: { name: title } };
  let tid = 1;
  for (const lane of lanes) {
    yield* listLane(lane, tid);
    tid += lane.rows;
  }
  for (const { fromMs, firstLine, lastLine, lines } of damage) {
    yield {
      ph: "i",
      s: "g",
      pid,
      tid: 1,
      ts: fromMs * microseconds,
      name: "damage",
      args: { firstLine, lastLine, lines },
    };
  }
}

function* listLane({ name, rows, bars, marks }: Lane, first: number): Generator<object> {
  for (let row = 0; row < rows; row++) {
    const tid = first + row;
    const label = `${name === "" ? "(no lane)" : name}${row === 0 ? "" : ` (${row + 1})`}`;
    yield { ph: "M", pid, tid, name: "thread_name", args: { name: label } };
    yield { ph: "M", pid, tid, name: "thread_sort_index", args: { sort_index: tid } };
  }
  for (const bar of bars) yield* listBar(bar, first + bar.row);
  for (const mark of marks) {
    yield { ph: "i", s: "t", pid, tid: first, ts: mark.atMs * microseconds, name: tellMark(mark), cat: mark.kind };
  }
}

/** The silent part of a lease is a slice within its slice. */
function* listBar(bar: Bar, tid: number): Generator<object> {
  const { episode, fromMs, signMs, toMs, how } = bar;
  const { lane, loop_ts, token, run_id, beats, begin, end } = episode;
  const told = { how, lane, loop_ts, token, run_id, beats, begin: begin.ts, seq: begin.seq, line: begin.line };
  const args = { ...told, by: end?.by ?? "", reason: end?.reason ?? "" };
  const ts = fromMs * microseconds;
  yield { ph: "X", pid, tid, ts, dur: (toMs - fromMs) * microseconds, name: tellBar(bar), cat: how, args };
  if (signMs === toMs) return;
  const dur = (toMs - signMs) * microseconds;
  yield { ph: "X", pid, tid, ts: signMs * microseconds, dur, name: "silent", cat: "silent", args: {} };
}
