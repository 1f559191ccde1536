// Says in words how episodes ended and what is odd about entries.
import type { BlockedCall, Episode, EpisodeEnd, Evidence, Remark, RemarkKind } from "../../history/types.js";
import { tellLine } from "../place.js";
import { formatDuration } from "./times.js";

const endings: { [how in EpisodeEnd["how"]]: string } = {
  released: "released",
  scavenged: "scavenged",
  replaced: "acquired again",
  missing: "missing from a checkpoint",
};

/** For example `scavenged by supervisor, "STALLED"`. */
export function tellEnd({ how, by, reason }: EpisodeEnd): string {
  const who = by === "" ? "" : ` by ${by}`;
  return `${endings[how]}${who}${reason === "" ? "" : `, ${JSON.stringify(reason)}`}`;
}

export const evidences: { [evidence in Evidence]: string } = {
  recorded: "recorded",
  lane: "same lane",
  reason: "named in the reason",
  tree: "overlapping tree",
};

const remarks: { [kind in RemarkKind]: (remark: Remark) => string } = {
  strayEnd: ({ op }) => `${op} of a lease that was never live`,
  strayBeat: ({ op }) => `${op} of a lease that was never live`,
  strayAdopt: ({ op }) => `${op} of a lease that was never live`,
  lateEnd: ({ op }) => `${op} after its end`,
  lateBeat: ({ op, holder }) => `${op} after its end: ${holder || "its holder"} may still be writing`,
  lateAdopt: ({ op, holder }) => `${op} by ${holder || "somebody"} after its end`,
  sharedLane: ({ holder, found }) => `a second lease on this lane${byHolder(holder)}, beside that${ofHolder(found)}`,
  again: ({ op }) => `${op} of a lease that was live already`,
  clockBack: ({ found }) => `the clock went back ${formatDuration(Number(found))}`,
  future: ({ found }) => `its time is ${formatDuration(Number(found))} in the future`,
  noStamp: ({ op }) => `${op} without a time`,
  numberBack: ({ found }) => `its number does not exceed #${found}`,
  prevHolder: ({ op, found }) => `${op} names the previous holder ${found}, which it was not`,
  missing: () => "a checkpoint does not list this live lease",
  gap: () => "entries are missing: the file before does not end where this one begins",
  damage: ({ moment }) => `${tellLine(moment.line)} is damaged; \`lj verify\` shows it`,
};

export function tellRemark(remark: Remark): string {
  return remarks[remark.kind](remark);
}

/** For example `agent-9 → agent-11`. */
export function tellHolders({ holders }: Episode): string {
  return holders.map(({ holder }) => holder || "(no holder)").join(" → ");
}

/** For example `agent-9 called Bash: BLOCK by write_guard, withheld`. */
export function tellCall({ holder, run_id, tool, intervention, handler, withheld }: BlockedCall): string {
  const by = handler === "" ? "" : ` by ${handler}`;
  const outcome = withheld === null ? "" : withheld ? ", withheld" : ", not withheld";
  return `${holder || run_id || "somebody"} called ${tool || "a tool"}: ${intervention || "ENFORCE"}${by}${outcome}`;
}

function byHolder(holder: string): string {
  return holder === "" ? "" : ` by ${holder}`;
}

function ofHolder(found: Remark["found"]): string {
  return typeof found === "string" && found !== "" ? ` of ${found}` : " lease";
}
