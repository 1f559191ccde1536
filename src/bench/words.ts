// Builds the quoted byte strings of which journal lines are made. A byte string has one character per byte (U+0000 to
// U+00FF), so a block of them is written without encoding.

/** How the free text of a journal is spelled: unchanged, full of escapes, or without any ASCII character. */
export type Spelling = "plain" | "escaped" | "unicode";

/** Returns the canonical JSON string of a text as a byte string (docs/format.md 8, "A line"). */
export function quote(text: string): string {
  const json = JSON.stringify(text).replace(/[\u0085\u2028\u2029]/g, escapeCode);
  return Buffer.from(json, "utf8").toString("latin1");
}

function escapeCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

// One of each kind that docs/format.md 8 escapes: the seven short ones, a control character, a lone surrogate, a line
// separator.
const needEscapes = ['"', "\\", "\b", "\f", "\n", "\r", "\t", "\u0001", "\ud800", "\u2028"];

// Blocks of two, three and four UTF-8 bytes, wide enough to map the ASCII range into them.
const firstCodePoints = [0x0400, 0x4e00, 0x1f300];

/** Returns the text in another spelling. Different texts stay different. */
export function spell(text: string, spelling: Spelling): string {
  if (spelling === "plain") return text;
  let spelled = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (spelling === "unicode") spelled += String.fromCodePoint((firstCodePoints[code % 3] ?? 0) + code);
    else spelled += text.charAt(i) + (code % 4 === 1 ? (needEscapes[code % 10] ?? "") : "");
  }
  return spelling === "escaped" ? `${spelled}${needEscapes[text.length % 10] ?? ""}` : spelled;
}

const areas = ["engine", "native", "writer", "docs", "server", "client", "billing", "search", "deploy", "intake"];
const parts = ["core", "tests", "schema", "routes", "cache", "queue", "config", "models", "render", "audit"];

/** Names lane number `index`: the first hundred have ordinary names, the others are numbered. */
export function laneName(index: number): string {
  const area = areas[index % 10] ?? "";
  const part = parts[Math.floor(index / 10) % 10] ?? "";
  return index < 100 ? `${area}-${part}` : `${area}-${part}-${index}`;
}

/** Returns the folders that a lane covers, as globs. */
export function laneTree(index: number): string[] {
  const area = areas[index % 10] ?? "";
  const part = parts[Math.floor(index / 10) % 10] ?? "";
  return [`packages/${area}/${part}/**`, `packages/${area}/test/${part}/**`];
}

export const hosts = [
  "build-01.local",
  "build-02.local",
  "build-03.local",
  "gpu-west-1.local",
  "gpu-west-2.local",
  "laptop-7f.local",
  "runner-a9.local",
  "runner-b2.local",
];

export const holders = Array.from({ length: 40 }, (_, n) => `agent-${n}`);

export const refusals = [
  ["LANE_HELD", "lane is held by a live lease of another loop"],
  ["TREE_OVERLAP", "tree overlaps the tree of a live lease"],
  ["FLEET_LIMIT", "as many loops are running as this host may run"],
  ["COOLDOWN", "lane was released less than a minute ago"],
] as const;

/** Every second one contains text beyond ASCII, with two, three and four bytes per character. */
export const interventions = [
  ["BLOCK", "write_guard", "OUTSIDE_TREE", "write goes to a file outside the tree this lease covers"],
  ["BLOCK", "write_guard", "OUTSIDE_TREE", "Schreibzugriff außerhalb des belegten Baums – zurückgehalten"],
  ["WARN", "budget_watch", "BUDGET", "four fifths of the tokens for this loop are spent, no test is green"],
  ["WARN", "budget_watch", "BUDGET", "予算の八割を使用しましたが、成功したテストはまだありません"],
  ["DEFER", "merge_queue", "QUEUE_BUSY", "a merge is being tried, the call waits until it is through"],
  ["DEFER", "merge_queue", "QUEUE_BUSY", "une fusion est déjà en cours d'essai ; l'appel attend sa fin ⏳"],
  ["BLOCK", "secret_watch", "SECRET", "the new text looks like a key, it is not written to the tree"],
  ["BLOCK", "secret_watch", "SECRET", "новый текст похож на ключ 🔑, запись не выполнена"],
] as const;

export const tools = ["Write", "Edit", "Shell", "Merge", "Fetch"];
export const outcomes = ["landed", "no_change", "tests_failed", "abandoned"];
export const reasons = {
  acquire: ["lane was free", "lane was free after a wait", "taken from the plan's next unit"],
  release: ["explicit", "unit landed", "loop ended", "no work left on this lane"],
  scavenge: ["heartbeat older than the ttl", "holder process is gone"],
  adopt: ["loop was resumed on another host", "successor of a stopped loop"],
  spawn: ["lane has work and no loop", "a reviewer was asked for"],
} as const;
