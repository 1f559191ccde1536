// Generates the members of one entry, as [key, value text] pairs in the writer's order. It draws from few lanes and
// identities on purpose, so that they collide and releases, heartbeats and adoptions meet live leases.
import type { Random } from "./random.js";
import { oddText, stringText } from "./values.js";

export type Member = readonly [key: string, valueText: string];

/** How far the entries deviate from those of the writer. */
export interface Straying {
  /** The probability that an odd value replaces a value. */
  oddValue: number;
  /** The probability that a key is omitted. */
  missingKey: number;
  /** The probability that a nested lease names another identity than its entry. */
  otherIdentity: number;
}

/** The state that the entries of one journal share. */
export class World {
  #seq = 0;
  #minute = 0;
  readonly lanes: readonly string[];
  readonly loops: readonly string[];

  constructor(
    readonly r: Random,
    readonly straying: Straying,
  ) {
    this.lanes = Array.from({ length: r.between(1, 4) }, () => r.pick(lanePool));
    this.loops = Array.from({ length: r.between(1, 3) }, () => r.pick(loopPool));
  }

  nextSeqText(): string {
    this.#seq += this.r.chance(0.95) ? 1 : this.r.between(-3, 30);
    return String(this.#seq);
  }

  /** Time moves forward, and sometimes back; most stamps have the form of the writer's. */
  stamp(): string {
    this.#minute += this.r.chance(0.9) ? 1 : -this.r.between(1, 20);
    const minute = Math.max(0, this.#minute);
    const clock = `${String(Math.floor(minute / 60) % 24).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    return `2026-03-04${this.r.pick(stampForms)(clock)}`;
  }
}

const stampForms: readonly ((clock: string) => string)[] = [
  ...Array.from({ length: 12 }, () => (clock: string) => `T${clock}:00Z`),
  ...Array.from({ length: 12 }, () => (clock: string) => `T${clock}:30Z`),
  (clock) => `T${clock}Z`,
  (clock) => ` ${clock}:30.25Z`,
  (clock) => `T${clock}:59.999999999999999999Z`,
  (clock) => `T${clock}:60Z`,
  (clock) => `T${clock}:00+00:00`,
  (clock) => `T${clock}-0130`,
  (clock) => `T${clock}:61Z`,
  (clock) => `T${clock}`,
];

const reasons: readonly string[] = [
  ...["", "", "", "free", "explicit", 'a "quoted" one', "\u2028", "tab\there"],
  ...["REFUSED", "REFUSED: lane is live", " \t REFUSED by b", "REFUSED_BY", "REFUSEDé", "\u00a0REFUSED"],
];

const lanePool: readonly string[] = [
  "a",
  "b",
  "c",
  "main",
  "docs/api",
  "src/core",
  "1",
  "10",
  "true",
  "[1]",
  '{"2":3,"10":2,"b":1}',
  "é",
  "日本",
  "😀",
  "",
  "__proto__",
  "constructor",
  "toString",
  "a b",
  "\ud800",
  "\ufffd",
  "x".repeat(31),
  "x".repeat(33),
  "Infinity",
  "null",
];

const loopPool: readonly string[] = [
  "2026-03-04T00:00:00Z",
  "2026-03-04T00:01:00Z",
  "loop-1",
  "7",
  "",
  "true",
  "t",
  "1e+21",
  "__proto__",
  "\u2028",
];

const holders: readonly string[] = ["agent-1", "agent-2", "ci", "", "é"];
const hosts: readonly string[] = ["host-a", "host-b", ""];

const opChoices: readonly (readonly [number, string])[] = [
  [30, "ACQUIRE"],
  [16, "RELEASE"],
  [20, "HEARTBEAT"],
  [9, "ADOPT"],
  [5, "SCAVENGE"],
  [5, "RECONCILE"],
  [4, "CHECKPOINT"],
  [2, "REFUSE"],
  [1, "HALT"],
  [1, "ENFORCE"],
  [1, "ATTEMPT"],
  [1, "SPAWN"],
  [1, "_CORRUPT"],
  [1, "acquire"],
  [1, "constructor"],
  [1, "__proto__"],
  [1, ""],
];

type Identity = readonly [loop: string, lane: string];

/** Generates one entry of any op. */
export function makeMembers(world: World): Member[] {
  const { r, straying } = world;
  const op = r.pickWeighted(opChoices);
  const identity: Identity = [r.pick(world.loops), r.pick(world.lanes)];
  const stamps: Member[] = [
    ["seq", world.nextSeqText()],
    ["ts", stringText(r, world.stamp())],
  ];
  const members: Member[] = [["op", stringText(r, op)], ...bodyOf(world, op, identity), ...stamps];
  return members
    .filter(() => !r.chance(straying.missingKey))
    .map(([key, valueText]) => [
      key,
      r.chance(key === "op" ? straying.oddValue / 5 : straying.oddValue) ? oddText(r) : valueText,
    ]);
}

function bodyOf(world: World, op: string, identity: Identity): Member[] {
  const { r } = world;
  if (op === "CHECKPOINT") return checkpointMembers(world);
  if (op === "_CORRUPT")
    return [
      ["_raw", stringText(r, "half a li")],
      ["_line", String(r.below(9))],
    ];
  const named = identityMembers(r, identity);
  if (op === "ACQUIRE" || op === "RECONCILE") {
    const reason: Member = ["reason", stringText(r, r.pick(reasons))];
    const own: Member[] = [...named, ...leaseFields(world), reason, ...watermarkMembers(world)];
    return r.chance(0.8) ? [...own, ["lease", leaseText(world, identity)]] : own;
  }
  if (op === "HEARTBEAT") return [...named, ...(r.chance(0.7) ? beatMembers(world) : [])];
  if (op === "ADOPT") return [...named, ...ownerMembers(world), ...beatMembers(world)];
  return [...named, ["reason", stringText(r, r.pick(reasons))]];
}

function identityMembers(r: Random, [loop, lane]: Identity): Member[] {
  return [
    ["lane", identityText(r, lane)],
    ["loop_ts", identityText(r, loop)],
  ];
}

/** Returns the string, or another JSON text with the same `text` (docs/format.md 4): `1` for "1", `[1]` for "[1]". */
function identityText(r: Random, value: string): string {
  const spellings = sameTexts.get(value);
  if (spellings !== undefined && r.chance(0.4)) return r.pick(spellings);
  return stringText(r, value, r.chance(0.05) ? 0.5 : 0);
}

const sameTexts: ReadonlyMap<string, readonly string[]> = new Map([
  ["1", ["1", "1.0", "1e0", "10e-1"]],
  ["7", ["7", "7.0"]],
  ["10", ["10", "1e1"]],
  ["1e+21", ["1e21", "1000000000000000000000"]],
  ["true", ["true"]],
  ["Infinity", ["Infinity", "1e400"]],
  ["[1]", ["[1]", "[ 1.0 ]", "[1e0]"]],
  [
    '{"2":3,"10":2,"b":1}',
    ['{"b":1,"10":2,"2":3}', '{ "10": 2.0, "b": 1, "2": 3 }', '{"2":9,"b":1,"10":2,"\\u0032":3}'],
  ],
  ["", ['""', "null", "false", "0", "-0.0", "[]", "{}"]],
]);

function leaseFields(world: World): Member[] {
  const { r } = world;
  const fields: Member[] = [
    ["lane_kind", r.pick(['"cluster"', '"keyword"'])],
    ["tree", '["src/**", "docs/*"]'],
    ["host_id", stringText(r, r.pick(hosts))],
    ["pid", String(r.between(1, 99999))],
    ["acquired_at", stringText(r, world.stamp())],
    ["heartbeat_at", stringText(r, world.stamp())],
    ["ttl_minutes", r.pick(["50", "50.0", "0", "null", "1e400"])],
    ["holder", stringText(r, r.pick(holders))],
    ["run_id", '"run-1"'],
    ["reason", stringText(r, r.pick(reasons))],
  ];
  return fields.filter(() => r.chance(0.8));
}

function leaseText(world: World, identity: Identity): string {
  const { r, straying } = world;
  if (r.chance(straying.oddValue)) return oddText(r);
  const own: Identity = r.chance(straying.otherIdentity) ? [r.pick(world.loops), r.pick(world.lanes)] : identity;
  const members = [...identityMembers(r, own), ...leaseFields(world)].map(
    ([key, valueText]): Member => [key, r.chance(straying.oddValue) ? oddText(r) : valueText],
  );
  if (r.chance(straying.oddValue)) members.push([r.pick(["__proto__", "5", "1", "toJSON", "holder"]), oddText(r)]);
  return `{${members.map(([key, valueText]) => `"${key}": ${valueText}`).join(", ")}}`;
}

function beatMembers(world: World): Member[] {
  return [["heartbeat_at", stringText(world.r, world.stamp())]];
}

function ownerMembers(world: World): Member[] {
  const { r } = world;
  const fields: Member[] = [
    ["holder", stringText(r, r.pick(holders))],
    ["pid", r.pick(["17", "null", "0", '"p"'])],
    ["host_id", stringText(r, r.pick(hosts))],
  ];
  return fields.filter(() => r.chance(0.8));
}

function checkpointMembers(world: World): Member[] {
  const { r, straying } = world;
  const some = (): Identity => [r.pick(world.loops), r.pick(world.lanes)];
  const leases = Array.from({ length: r.below(4) }, () => leaseText(world, some()));
  const rows = Array.from({ length: r.below(4) }, () => generationRow(world, some()));
  const strange = r.chance(straying.oddValue);
  if (strange) leases.splice(r.below(2), 0, oddText(r));
  if (strange) rows.splice(r.below(2), 0, oddText(r));
  const members: Member[] = [
    ["leases", `[${leases.join(", ")}]`],
    ["seq_watermark", String(r.below(200))],
    ["generations", `[${rows.join(", ")}]`],
    ["generation_watermark", String(r.below(60))],
  ];
  return members.filter(() => r.chance(0.85));
}

/**
 * Rarely adds the member that a writer adds to an ACQUIRE after a compaction that dropped the generations
 * (docs/format.md 5).
 */
function watermarkMembers({ r, straying }: World): Member[] {
  if (!r.chance(0.05)) return [];
  const odd = ['"7"', "7.0", "7.5", "null", "-3", "1e400", "9007199254740991", "9007199254740992"];
  return [["generation_watermark", r.chance(straying.oddValue) ? r.pick(odd) : String(r.below(80))]];
}

function generationRow(world: World, identity: Identity): string {
  const { r, straying } = world;
  const plain = String(r.below(50));
  const generation = r.chance(straying.oddValue)
    ? r.pick(['"7"', "7.0", "7.5", "null", "-3", "1e400", "9007199254740992", "[7]", "-0"])
    : plain;
  const members = [...identityMembers(r, identity), ["generation", generation]];
  return `{${members.map(([key, valueText]) => `"${key}": ${valueText}`).join(", ")}}`;
}
