// Numbers the closed sets of a history, in the order in which a page stores them.
import type { EndKind, Evidence, RemarkKind } from "../history/types.js";

export const endKinds: readonly EndKind[] = ["released", "scavenged", "replaced", "missing"];

export const evidenceKinds: readonly Evidence[] = ["recorded", "lane", "reason", "tree"];

const remarkKinds: { [kind in RemarkKind]: true } = {
  strayEnd: true,
  strayBeat: true,
  strayAdopt: true,
  lateEnd: true,
  lateBeat: true,
  lateAdopt: true,
  sharedLane: true,
  again: true,
  clockBack: true,
  future: true,
  noStamp: true,
  numberBack: true,
  prevHolder: true,
  missing: true,
  damage: true,
  gap: true,
};

export function isRemarkKind(text: string): text is RemarkKind {
  return Object.hasOwn(remarkKinds, text);
}
