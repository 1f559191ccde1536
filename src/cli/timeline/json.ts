// Describes a timeline for programs: what a chart of it is made of.
import type { Bar, Gap, Mark, Timeline } from "../../timeline/types.js";
import { formatStrictLine } from "../strict.js";

/** Returns one line: the object that docs/cli.md describes under `lj timeline --json`. */
export function formatTimelineJson(timeline: Timeline): string {
  const { fromMs, toMs, nowMs, lanes, damage, gaps, omitted } = timeline;
  return formatStrictLine({
    from: fromMs,
    to: toMs,
    now: nowMs,
    omitted,
    lanes: lanes.map(({ name, rows, bars, marks, shared }) => ({
      lane: name,
      rows,
      bars: bars.map(barRow),
      marks: marks.map(markRow),
      shared: shared.map((period) => ({ from: period.fromMs, to: period.toMs })),
    })),
    damage: damage.map((each) => ({
      from: each.fromMs,
      to: each.toMs,
      firstLine: each.firstLine,
      lastLine: each.lastLine,
      lines: each.lines,
    })),
    folds: gaps.map(gapRow),
  });
}

function barRow({ episode, row, fromMs, signMs, toMs, how }: Bar): object {
  const { loop_ts, token, run_id, begin, end, holders, beats, isUncertain } = episode;
  return {
    row,
    from: fromMs,
    lastSign: signMs,
    to: toMs,
    how,
    holders: holders.map(({ holder }) => holder),
    loop_ts,
    token,
    run_id,
    beats,
    beginLine: begin.line,
    beginSeq: begin.seq,
    endLine: end?.moment.line ?? null,
    endSeq: end?.moment.seq ?? null,
    by: end?.by ?? "",
    reason: end?.reason ?? "",
    isUncertain,
  };
}

function markRow(mark: Mark): object {
  const { kind, atMs } = mark;
  switch (mark.kind) {
    case "refused": {
      const { moment, holder, run_id, reason, blockers, granted } = mark.refusal;
      const blocking = blockers.map(({ lane, episode }) => ({ lane, beginLine: episode?.begin.line ?? null }));
      const grantedLine = granted?.begin.line ?? null;
      return {
        kind,
        at: atMs,
        line: moment.line,
        seq: moment.seq,
        holder,
        run_id,
        reason,
        blockers: blocking,
        grantedLine,
      };
    }
    case "adopted": {
      const { holder, from } = mark.tenure;
      return { kind, at: atMs, line: from.line, seq: from.seq, holder, beginLine: mark.episode.begin.line };
    }
    case "halted": {
      const { moment, handle, reason } = mark.halt;
      return { kind, at: atMs, line: moment.line, seq: moment.seq, handle, reason, beginLine: mark.episode.begin.line };
    }
    case "odd": {
      const { kind: remark, moment, holder } = mark.remark;
      return { kind, at: atMs, line: moment.line, seq: moment.seq, remark, holder };
    }
  }
}

function gapRow({ fromMs, toMs, isIdle }: Gap): object {
  return { from: fromMs, to: toMs, isIdle };
}
