// Estimates the memory that the results of a history take, in bytes.
import type { BlockedCall, Episode, Halt, Launch, Refusal, Remark, Tenure } from "./types.js";

/** With texts of ordinary length (`npm run bench:history`). */
const bytesEach = { episode: 700, other: 450, blocker: 150, part: 200, member: 32, container: 64 } as const;

/** A longer text is counted, in characters. */
const ordinaryTextMax = 64;

export function bytesOfEpisode({ lane, run_id, tree, holders, halts }: Episode): number {
  const parts = holders.length + halts.length - 1;
  return bytesEach.episode + bytesOfTexts(lane, run_id) + bytesOfValue(tree) + bytesEach.part * parts;
}

export function bytesOfRefusal({ lane, holder, run_id, reason, blockers }: Refusal): number {
  return bytesEach.other + bytesOfTexts(lane, holder, run_id, reason) + bytesEach.blocker * blockers.length;
}

export function bytesOfRemark({ lane, holder }: Remark): number {
  return bytesEach.other + bytesOfTexts(lane, holder);
}

export function bytesOfNote({ holder, run_id, reason }: Launch | BlockedCall): number {
  return bytesEach.other + bytesOfTexts(holder, run_id, reason);
}

export function bytesOfPart(part: Halt | Tenure): number {
  return bytesEach.part + bytesOfTexts("reason" in part ? part.reason : part.holder);
}

function bytesOfTexts(...texts: string[]): number {
  let bytes = 0;
  for (const { length } of texts) if (length > ordinaryTextMax) bytes += length;
  return bytes;
}

function bytesOfValue(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  const items: unknown[] = Object.values(value);
  return items.reduce((sum: number, item) => sum + bytesEach.member + bytesOfValue(item), bytesEach.container);
}
