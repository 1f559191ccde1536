// Lists the kinds of journal that can be generated: mixes, sizes and changes to finished lines.
import type { FleetPlan } from "./fleet.js";
import type { LineKind } from "./lines.js";
import { type Draw, pick } from "./random.js";

export interface Profile extends FleetPlan {
  about: string;
  /** How many lines in a hundred are of each kind. */
  mix: { [kind in LineKind]?: number };
  /** The kind of lines that are written while fewer than `liveMin` leases are live. */
  filledBy: LineKind;
  /** Changes a finished line, a byte string with its LF. Default: no change. `isLast`: the journal ends with it. */
  dress?(line: string, draw: Draw, isLast: boolean): string;
}

/**
 * The mix behind all published figures. A seventh of the ACQUIREs rewrite a live lease. The remaining 6 in a hundred
 * balance the RELEASEs and SCAVENGEs, so the live set stays at a few dozen.
 */
const fleet: Profile = {
  about: "the mix of a working fleet: 100 lanes, some tens of live leases",
  mix: {
    HEARTBEAT: 67,
    ACQUIRE: 6,
    RENEW: 1,
    RELEASE: 5,
    SCAVENGE: 1,
    REFUSE: 8,
    ENFORCE: 7,
    ATTEMPT: 2,
    SPAWN: 2,
    ADOPT: 1,
  },
  filledBy: "ACQUIRE",
  lanes: 100,
  liveMin: 20,
  liveMax: 80,
  spelling: "plain",
};

export const profiles = {
  fleet,
  orphans: {
    ...fleet,
    about: "99 in 100 lines are an ACQUIRE that nobody ever releases",
    mix: { ORPHAN: 99, HEARTBEAT: 1 },
    filledBy: "ORPHAN",
    liveMin: 1,
    liveMax: 1000,
  },
  escaped: { ...fleet, about: "every line has escapes in its strings", spelling: "escaped" },
  unicode: { ...fleet, about: "all free text is of two, three and four bytes a character", spelling: "unicode" },
  lanes: {
    ...fleet,
    about: "a million lanes, each acquire on any free one",
    mix: { ACQUIRE: 34, HEARTBEAT: 32, RELEASE: 34 },
    lanes: 1_000_000,
    liveMax: 1000,
  },
  live: {
    ...fleet,
    about: "100,000 acquires, then the fleet's mix over that many live leases",
    lanes: 200_000,
    liveMin: 100_000,
    liveMax: 100_100,
  },
  shapes: { ...fleet, about: "every line has its keys in another order and one key of its own", dress: reshape },
  tiny: {
    ...fleet,
    about: "only a lane and an op: about 50 bytes a line",
    mix: { BARE_ACQUIRE: 25, BARE_HEARTBEAT: 50, BARE_RELEASE: 25 },
    filledBy: "BARE_ACQUIRE",
  },
  huge: { ...fleet, about: "lines of a megabyte, nearly all of it one string", dress: fatten },
  corrupt: { ...fleet, about: "half the lines are damaged, never the last", dress: damage },
} satisfies { [name: string]: Profile };

export type ProfileName = keyof typeof profiles;

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}

/** Shuffles the members and adds a key that no other line has. The result is not canonical. */
function reshape(line: string, draw: Draw): string {
  const members = splitMembers(line);
  const own = `"only_${draw(0x7fffffff).toString(36)}_${draw(0x7fffffff).toString(36)}": null`;
  members.push(own);
  for (let i = members.length - 1; i > 0; i--) {
    const other = draw(i + 1);
    const moved = members[i] ?? own;
    members[i] = members[other] ?? own;
    members[other] = moved;
  }
  return `{${members.join(", ")}}\n`;
}

/** Splits the outermost object into `"key": value` texts; values are reformatted compactly. */
function splitMembers(line: string): string[] {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== "object" || entry === null) throw new TypeError(`expected a line with an object, found ${line}`);
  return Object.entries(entry).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
}

const fillerBytes = 1_000_000;
// "~" sorts after every key of a journal, so the line stays canonical.
const filler = `, "~filler": "${"word ".repeat(fillerBytes / 5)}"}\n`;

function fatten(line: string): string {
  return line.slice(0, -2) + filler;
}

/** Ways in which a line stops being one JSON text. `at` is a position strictly inside its braces. */
const damages: readonly ((body: string, at: number) => string)[] = [
  (body, at) => body.slice(0, at),
  (body, at) => body.slice(at),
  (body, at) => `${body.slice(0, at)}${"\0".repeat(Math.min(16, body.length - at))}${body.slice(at + 16)}`,
  (body, at) => `${body.slice(0, at)}${body}`,
  (body) => `${body} ${body}`,
  (body) => body.replaceAll('"', ""),
];

function damage(line: string, draw: Draw, isLast: boolean): string {
  if (isLast || draw(2) === 0) return line;
  const body = line.slice(0, -1);
  return `${pick(damages, draw)(body, 1 + draw(body.length - 1))}\n`;
}
