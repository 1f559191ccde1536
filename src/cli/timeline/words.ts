// Says in words what bars and marks mean.
import type { Bar, Mark } from "../../timeline/types.js";
import { tellHolders, tellRemark } from "../history/words.js";

/** The state of a lease or how it ended, for legends. */
export const endings: { [how in Bar["how"]]: string } = {
  live: "live",
  released: "released",
  scavenged: "scavenged",
  replaced: "acquired again",
  missing: "missing from a checkpoint",
};

/** Says what a mark means, in one line. */
export function tellMark(mark: Mark): string {
  switch (mark.kind) {
    case "refused": {
      const { holder, reason } = mark.refusal;
      return `refused: ${holder || "somebody"}${reason === "" ? "" : `: ${reason}`}`;
    }
    case "adopted":
      return `adopted by ${mark.tenure.holder || "(no holder)"}`;
    case "halted": {
      const { handle, reason } = mark.halt;
      return ["HALT", handle, reason].filter((text) => text !== "").join(" ");
    }
    case "odd":
      return tellRemark(mark.remark);
  }
}

/** Says who held a lane and how that ended, in one line. */
export function tellBar({ episode, how }: Bar): string {
  return `${tellHolders(episode)}, ${endings[how]}`;
}
