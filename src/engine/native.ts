// Implements `JournalEngine` (engine.ts) with the addon, whose JSON texts it parses.
import { relative } from "node:path";
import type { Content } from "../core/content.js";
import { copyMembers } from "../core/copy.js";
import type { Bound } from "../core/cut.js";
import { EntryBatch } from "../core/entry-batch.js";
import { findingKinds } from "../core/findings.js";
import type { HeldLease } from "../core/held-lease.js";
import { isObject } from "../core/words.js";
import type { Finding, Generation, Lease, Place, Scan } from "../types.js";
import { type Addon, type AddonBatch, type AddonFold, loadAddon } from "./addon.js";
import { decode, parseArray, parseArrays, parseText, wrongText } from "./addon-text.js";
import type { NativeEngineLoad } from "./choose.js";
import type { Fold, GrowingEntries, HeldLeases, JournalEngine, LeaseTexts, ScanReport } from "./engine.js";
import { siftNatively } from "./native-sift.js";
import { ValueRoom } from "./room.js";

/**
 * The number of journal bytes in a batch of entries. Small batches let V8 free their objects as young ones; batches of
 * 1 MiB take a fifth more time (`npm run bench:entries`). Calling the addon costs little compared with parsing.
 */
const batchBytes = 32 * 1024;

/** Before each read of a growing file, its reader checks whether the file was cut or replaced. */
const growingBytes = 1024 * 1024;

/** The addon searches this much for a bound in some milliseconds. */
const cutBytes = 4 * 1024 * 1024;

/** Loads the addon. See `loadAddon` for how often. */
export function loadNativeEngine(): NativeEngineLoad {
  const load = loadAddon();
  if (load.addon === undefined) return { engine: undefined, reason: load.reason, cause: load.cause };
  const { addon, file, root } = load;
  return {
    engine: createNativeEngine(addon),
    get reason() {
      const place = relative(root, file);
      const { kernel } = addon.kernels();
      return `${place.startsWith("..") ? file : place} is loaded; simdjson runs its ${kernel} kernel`;
    },
  };
}

export function createNativeEngine(addon: Addon): JournalEngine {
  return {
    name: "native",
    stepBytes: 32 * 1024 * 1024,
    tryFlock: (fd) => addon.tryFlock(fd),
    openFold: ({ kind, ...options }) =>
      new NativeFold(new addon.Fold({ kind: kind === "compact" ? "scan" : kind, ...options })),
    resumeScan: (options) => new NativeFold(new addon.Fold({ kind: "scan", ...options })),
    readEntries: (fd, from, room) => readEntries(addon, fd, from, room),
    siftEntries: (fd, sieve) => siftNatively(addon, fd, sieve),
    openEntries: (from, mark) => new NativeEntries(addon, from, mark),
    findCut: (fd, bound) => findCut(addon, fd, bound),
  };
}

function* readEntries(addon: Addon, fd: number, from: Place, room?: ValueRoom): Generator<EntryBatch> {
  let { offset, line } = from;
  for (let done = false; !done; ) {
    const batch = addon.readEntries({ fd, offset, line, bytesMax: batchBytes });
    ({ offset, line, done } = batch);
    (room ?? new ValueRoom()).take(batch.text);
    const read = batchOf(batch);
    if (read.entries.length > 0) yield read;
  }
}

function batchOf({ text, places }: AddonBatch): EntryBatch {
  return new EntryBatch(parseArray(text, "readEntries", isObject), places);
}

class NativeEntries implements GrowingEntries {
  readonly #addon: Addon;
  place: Place;
  mark: Buffer;

  constructor(addon: Addon, from: Place, mark: Buffer = Buffer.alloc(0)) {
    this.#addon = addon;
    this.place = from;
    this.mark = mark;
  }

  read(fd: number, withLast: boolean): { batch: EntryBatch; atEnd: boolean } {
    const request = { fd, ...this.place, bytesMax: growingBytes, withLast, mark: this.mark };
    const read = this.#addon.readEntries(request);
    const batch = batchOf(read);
    this.place = { line: read.line, offset: read.offset };
    this.mark = read.mark ?? this.mark;
    return { batch, atEnd: read.done };
  }
}

function* findCut(addon: Addon, fd: number, bound: Bound): Generator<undefined, number> {
  let place: Place = { line: 0, offset: 0 };
  for (;;) {
    const { line, offset, isFound, done } = addon.findCut({ fd, ...place, bytesMax: cutBytes, bound });
    if (isFound) return offset;
    if (done) return Number.MAX_SAFE_INTEGER;
    place = { line, offset };
    yield undefined;
  }
}

class NativeFold implements Fold {
  readonly #fold: AddonFold;
  /**
   * The number of times the leases were requested since the last step. From the second time on, they are kept and
   * copied.
   */
  #asked = 0;
  #leases: Lease[] | undefined;

  constructor(fold: AddonFold) {
    this.#fold = fold;
  }

  get offset(): number {
    return this.#fold.offset;
  }

  get hasOpenLine(): boolean {
    return this.#fold.hasOpenLine;
  }

  get endDamaged(): boolean {
    return this.#fold.endDamaged;
  }

  get content(): Content {
    const { content } = this.#fold;
    if (isContent(content)) return content;
    throw wrongText("content", "entries, nothing or foreign");
  }

  mark(): Buffer {
    return this.#fold.mark();
  }

  step(fd: number, bytesMax: number, end?: number): boolean {
    this.#forget();
    return this.#fold.step(fd, bytesMax, end);
  }

  stepAsync(fd: number, bytesMax: number, end?: number): Promise<boolean> {
    this.#forget();
    return this.#fold.stepAsync(fd, bytesMax, end);
  }

  leases(): Lease[] {
    if (this.#leases !== undefined) return this.#leases.map(copyMembers);
    const texts = this.#fold.leases();
    const room = new ValueRoom();
    for (const text of texts) room.take(text);
    const leases: Lease[] = parseArrays(texts, "leases", isObject);
    if (this.#asked++ === 0) return leases;
    this.#leases = leases;
    return leases.map(copyMembers);
  }

  #forget(): void {
    this.#asked = 0;
    this.#leases = undefined;
  }

  generations(): Generation[] {
    return parseArrays(this.#fold.generations(), "generations", isGeneration);
  }

  nextSeq(): number {
    return this.#fold.nextSeq();
  }

  drop(): void {
    this.#forget();
    this.#fold.drop();
  }

  snapshot(): Buffer {
    return this.#fold.snapshot();
  }

  heldLeases(): HeldLeases {
    return { counter: this.#fold.counter, leases: readHeldLeases(this.#fold) };
  }

  planLeases(bytesMax: number): LeaseTexts {
    const plan = parseText(this.#fold.planLeases(bytesMax));
    if (!isPlan(plan)) throw wrongText("planLeases", "three whole numbers");
    return { ...plan, texts: () => readLeaseTexts(this.#fold), digests: this.#fold.leaseDigests(plan.riding) };
  }

  leaseDigests(): Buffer {
    return this.#fold.leaseDigests(Number.MAX_SAFE_INTEGER);
  }

  scan(): Scan {
    const { live: _, ...report } = this.report();
    return { leases: this.leases(), generations: this.generations(), ...report };
  }

  report(): ScanReport {
    const counted = parseText(this.#fold.scan());
    if (!isCounted(counted)) throw wrongText("scan", "a scan without leases, generations and engine");
    const { live, nextSeq, bytes, lines, entries, ops, ...findings } = counted;
    const isJournal = this.content !== "foreign";
    return { live, nextSeq, bytes, lines, entries, ops, engine: "native", isJournal, ...findings };
  }
}

function* readLeaseTexts(fold: AddonFold): Generator<Buffer> {
  for (let part = fold.leaseText(); part.length > 0; part = fold.leaseText()) yield part;
}

function isPlan(value: unknown): value is Omit<LeaseTexts, "texts" | "digests"> {
  return isObject(value) && ["riding", "following", "bytes"].every((name) => Number.isSafeInteger(value[name]));
}

/** Reads the leases in batches, so that only some of the texts are in memory twice. */
function* readHeldLeases(fold: AddonFold): Generator<HeldLease> {
  for (let from = 0; ; ) {
    const lines = decode(fold.heldLeases(from)).split("\n");
    // Each line ends with its LF.
    if (lines.pop() !== "" || lines.length % 2 !== 0) throw wrongText("heldLeases", "two lines for each lease");
    if (lines.length === 0) return;
    for (let at = 0; at < lines.length; at += 2) yield heldLeaseOf(lines[at] ?? "", lines[at + 1] ?? "");
    from += lines.length / 2;
  }
}

function heldLeaseOf(head: string, text: string): HeldLease {
  const [loop_ts, lane, generation]: unknown[] = parseArray(head, "heldLeases", isNamed);
  if (typeof loop_ts !== "string" || typeof lane !== "string") {
    throw wrongText("heldLeases", "two texts, and a number or null");
  }
  return { loop_ts, lane, generation: typeof generation === "number" ? generation : undefined, text };
}

function isNamed(item: unknown): item is string | number | null {
  return item === null || typeof item === "string" || typeof item === "number";
}

/** The contents of the addon's `scan`. */
type Counted = Omit<ScanReport, "engine" | "isJournal">;

const counts = ["live", "nextSeq", "bytes", "lines", "entries"] as const;

function isCounted(value: unknown): value is Counted {
  if (!isObject(value) || !isObject(value["ops"])) return false;
  if (!counts.every((name) => Number.isInteger(value[name]))) return false;
  if (!findingKinds.every((name) => isFinding(value[name]))) return false;
  if (!isCheckFinding(value["badChecks"]) || !isChecked(value["checked"])) return false;
  const torn = value["tornTail"];
  return torn === null || (isPlace(torn) && hasFlag(torn, "terminated") && hasFlag(torn, "damaged"));
}

function hasFlag(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === "boolean";
}

function isContent(value: string): value is Content {
  return value === "entries" || value === "nothing" || value === "foreign";
}

function isFinding(value: unknown): value is Finding {
  if (!isObject(value) || !Number.isSafeInteger(value["count"])) return false;
  return Array.isArray(value["first"]) && value["first"].every(isPlace);
}

function isCheckFinding(value: unknown): value is Scan["badChecks"] {
  if (!isObject(value) || !Number.isSafeInteger(value["count"]) || !Array.isArray(value["first"])) return false;
  return value["first"].every((each) => isObject(each) && isPlace(each["from"]) && isPlace(each["to"]));
}

function isChecked(value: unknown): value is Scan["checked"] {
  return isObject(value) && Number.isSafeInteger(value["values"]) && Number.isSafeInteger(value["bytes"]);
}

function isPlace(value: unknown): value is Place {
  return isObject(value) && Number.isSafeInteger(value["line"]) && Number.isSafeInteger(value["offset"]);
}

function isGeneration(value: unknown): value is Generation {
  if (!isObject(value) || typeof value["loop_ts"] !== "string") return false;
  return typeof value["lane"] === "string" && Number.isSafeInteger(value["generation"]);
}
