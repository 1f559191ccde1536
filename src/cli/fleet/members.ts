// Declares one journal of a fleet as the command shows it, and writes it for people and for programs.
import { text } from "../../core/words.js";
import type { LeaseView } from "../../leases/reclaim.js";
import { formatDuration } from "../history/times.js";
import { type Look, writeLeases } from "../leases/rows.js";
import { printableLine } from "../printable.js";
import { formatStrictLine } from "../strict.js";

export interface Member {
  /** The path of the journal; its id, if it comes from a log. */
  journal: string;
  /** When its file was created, in milliseconds since 1970-01-01 UTC, or its number in the log; null if unknown. */
  generation: number | null;
  /** How old the view is, in milliseconds. A journal that is read here is shown as it is; null if it cannot be read. */
  lagMs: number | null;
  /** When the log stored the newest record, in milliseconds since 1970-01-01 UTC; undefined without a log. */
  storedAtMs?: number;
  /** What the view lacks, for people; null if it lacks nothing. */
  gap: string | null;
  /** What else needs attention, for people; null if nothing does. */
  note: string | null;
  leases: readonly LeaseView[];
}

/** Where members come from: files that are read here, or a log. */
export interface FleetSource {
  /** What is shown, for the title of a screen. */
  name: string;
  /** What prevents news from being shown, for people; undefined if nothing does. */
  problem: string | undefined;
  read(nowMs: number): Promise<Member[]>;
  /** Resolves when there may be news, and after `ms` milliseconds at the latest. */
  changed(ms: number): Promise<void>;
  close(): Promise<void>;
}

export function formatMember({ leases, storedAtMs, ...rest }: Member): string {
  const hosted = leases.map((view) => ({ host: text(view.lease.host_id), ...view }));
  const storedAt = storedAtMs === undefined ? {} : { storedAt: new Date(storedAtMs).toISOString() };
  return formatStrictLine({ ...rest, ...storedAt, leases: hosted });
}

/** Returns lines, each with its LF, for `Output.writeStyled`. */
export function* writeMember(member: Member, look: Look): Generator<string> {
  yield printableLine(`${member.journal}: ${tellState(member, look.nowMs)}`);
  yield* writeLeases(member.leases, look);
}

/** The leases of a member with a gap are those known before, if any are. */
function tellState({ generation, lagMs, storedAtMs, gap, note, leases }: Member, nowMs: number): string {
  if (gap !== null && generation === null) return `LEASES UNKNOWN: ${gap}`;
  return [
    `${leases.length} ${leases.length === 1 ? "lease" : "leases"}`,
    ...(gap === null ? [] : [`NOT CURRENT: ${gap}`]),
    ...(lagMs !== null && lagMs > 0 ? [`${formatDuration(lagMs)} behind`] : []),
    ...(note === null ? [] : [note]),
    ...(storedAtMs === undefined ? [] : [`last news ${formatDuration(Math.max(0, nowMs - storedAtMs))} ago`]),
  ].join("; ");
}
