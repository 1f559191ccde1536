// Reads the lines of a journal for its history: decides which entries are needed as objects, of which heartbeats the
// stamp is enough, and what can be left out (docs/architecture.md, "Sifting").
import type { Entry } from "../types.js";
import { UNPARSEABLE } from "./dialect.js";
import { LineReader } from "./entry.js";
import { CounterAhead, takesToken } from "./generations.js";
import { identityKey, joinIdentity, laneText, noIdentity } from "./identity.js";
import { byteOrderMarkBytes, type Stretch } from "./lines.js";
import { CORRUPT_OP, Op, STATE_MUTATING_OPS } from "./op.js";
import { Order } from "./order.js";
import { learnedLineMax, type Shaped, Shapes, shapedTextMax, textGroup } from "./shapes.js";
import { type Sieve, type Sifted, SiftedBatch } from "./sifted-batch.js";
import { SiftedLeases } from "./sifted-leases.js";
import { type LastLine, type LineTaker, parseLast } from "./taker.js";
import { text } from "./words.js";

/** The ops without which a history is the same, unless their stamp or number is odd, are all others. */
const eventfulOps: ReadonlySet<string> = new Set<string>([
  ...STATE_MUTATING_OPS,
  Op.CHECKPOINT,
  Op.REFUSE,
  Op.HALT,
  Op.SPAWN,
]);

/** What decides about an entry. */
interface Traits {
  op: string;
  /** `noIdentity` if the op has none. */
  key: string;
  /** Whether the entry may be about the lane of the sieve. */
  isConcerned: boolean;
  /** Whether its stamp is missing or lies in the future, or its stamp or number goes back. */
  isOdd: boolean;
  /** Whether ACQUIREs that belong to a CHECKPOINT may still follow it. */
  mayCarry: boolean;
  hasWatermark: boolean;
}

type Verdict = "take" | "beat" | "skip";

export class Sift implements LineTaker {
  #offset = 0;
  #line = 0;
  readonly #sieve: Sieve;
  readonly #lines = new LineReader();
  readonly #shapes = new Shapes({ reports: true });
  readonly #order = new Order();
  readonly #leases = new SiftedLeases();
  /** What the entries left out since the last one do to the counter of generations. */
  #skipped = new CounterAhead();
  /** Whether there was none before, or a CHECKPOINT and perhaps ACQUIREs that belong to it. */
  #mayCarry = true;
  #sifted = emptySifted();

  constructor(sieve: Sieve) {
    this.#sieve = sieve;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Returns what was taken since the last call. */
  takeBatch(): SiftedBatch {
    const batch = new SiftedBatch(this.#sifted, this.#offset);
    this.#sifted = emptySifted();
    return batch;
  }

  skipByteOrderMark(): void {
    this.#offset = byteOrderMarkBytes;
  }

  takeStretch(stretch: Stretch): void {
    // As in a fold, the patterns must not be used on ill-formed text.
    const shaped = stretch.text.length <= shapedTextMax && stretch.wellFormed && this.#shapes.beginStretch();
    const base = this.#offset;
    let start = 0;
    for (;;) {
      this.#offset = base + start;
      const found = shaped ? this.#shapes.match(stretch.text, start) : undefined;
      if (found !== undefined) this.#takeShaped(found, stretch, start);
      const learns = shaped && this.#shapes.learnsMore;
      const next = found?.end ?? this.#takeLine(stretch, start, learns);
      if (next === -1) break;
      start = next;
      this.#line++;
    }
  }

  takeOversize(_raw: string, bytes: number): void {
    this.#addDamage(bytes - 1);
    this.#offset += bytes;
    this.#line++;
  }

  takeLast(last: LastLine | undefined): void {
    const entry = last === undefined ? UNPARSEABLE : parseLast(last);
    if (last !== undefined && typeof entry === "object") this.#takeEntry(entry, last.bytes - (last.terminated ? 1 : 0));
  }

  /** Takes the line at `start`. Returns the index after its LF, or -1 if the line is not settled. */
  #takeLine(stretch: Stretch, start: number, learns: boolean): number {
    const end = stretch.text.indexOf("\n", start);
    if (end === -1) return -1;
    const entry = this.#lines.readEntry(stretch, start, end);
    if (entry === UNPARSEABLE) {
      if (end + 1 === stretch.text.length) return -1;
      this.#addDamage(end - start);
    } else if (typeof entry === "object") {
      this.#takeEntry(entry, end - start);
      if (learns && end - start <= learnedLineMax) this.#shapes.learn(stretch.text.slice(start, end), entry);
    }
    return end + 1;
  }

  #takeEntry(entry: Entry, bytes: number): void {
    const op = typeof entry["op"] === "string" ? entry["op"] : "";
    const key = identityKey(entry);
    const { seq, ts } = this.#order;
    const isBack = [this.#order.takeNumbers(entry), this.#order.takeTs(entry["ts"])].includes(true);
    const verdict = this.#judge({
      op,
      key,
      isConcerned: this.#sieve.lane === undefined || text(entry["lane"]) === this.#sieve.lane,
      isOdd: isBack || this.#isOddStamp(),
      mayCarry: op === Op.CHECKPOINT || (op === Op.ACQUIRE && entry["ts"] === undefined && entry["seq"] === undefined),
      hasWatermark: "seq_watermark" in entry,
    });
    if (verdict === "take") this.#add(entry, { bytes, seq, ts });
    else if (verdict === "beat") this.#addBeat(key);
    else if (key !== noIdentity) this.#skipped.fold(entry);
  }

  #takeShaped({ shape: { op, effect, groups: numbers }, groups, end }: Shaped, stretch: Stretch, start: number): void {
    const { seq, ts } = this.#order;
    const isNumberBack = this.#order.takeSeq(numbers.seq === 0 ? 0 : Number(groups[numbers.seq]));
    const isBack = this.#order.takeTs(numbers.ts === 0 ? undefined : groups[numbers.ts]) || isNumberBack;
    const key = effect === "none" ? noIdentity : keyOf(numbers, groups);
    const verdict = this.#judge({
      op,
      key,
      isConcerned: this.#concerns(effect === "none" ? undefined : key, () => stretch.text.slice(start, end)),
      isOdd: isBack || this.#isOddStamp(),
      mayCarry: op === Op.ACQUIRE && numbers.ts === 0 && numbers.seq === 0,
      hasWatermark: false,
    });
    if (verdict === "beat") this.#addBeat(key);
    else if (verdict === "skip") this.#skipShaped(op, key);
    else {
      const entry = this.#lines.readEntry(stretch, start, end - 1);
      if (typeof entry === "object") this.#add(entry, { bytes: end - 1 - start, seq, ts });
    }
  }

  #concerns(key: string | undefined, lineText: () => string): boolean {
    const { lane } = this.#sieve;
    if (lane === undefined) return true;
    if (key !== undefined) return laneText(key) === JSON.stringify(lane);
    const line = lineText();
    // An entry that is taken needlessly does no harm.
    return line.includes(lane) || line.includes("\\");
  }

  #isOddStamp(): boolean {
    const { instant } = this.#order;
    return !(instant <= this.#sieve.nowMs);
  }

  #judge({ op, key, isConcerned, isOdd, mayCarry, hasWatermark }: Traits): Verdict {
    const isCarrying = this.#mayCarry;
    const concernsAll = op === CORRUPT_OP || op === Op.CHECKPOINT;
    if (op !== CORRUPT_OP) this.#mayCarry = mayCarry && (isCarrying || op === Op.CHECKPOINT);
    if (isCarrying || concernsAll || hasWatermark) return "take";
    if (!isConcerned) return "skip";
    if (isOdd || (op === Op.ENFORCE && this.#sieve.calls)) return "take";
    if (!eventfulOps.has(op)) return "skip";
    if (op !== Op.HEARTBEAT) return "take";
    if (key === noIdentity) return "skip";
    // The history remarks on a heartbeat that meets no lease.
    return this.#leases.get(key) === undefined ? "take" : "beat";
  }

  #skipShaped(op: string, key: string): void {
    if (key !== noIdentity) this.#skipped.fold({ op });
  }

  #addBeat(key: string): void {
    this.#sifted.beats.push(this.#sifted.entries.length, this.#leases.get(key) ?? 0, this.#order.instant);
  }

  /** `seq` and `ts`: the order before the entry. */
  #add(entry: Entry, { bytes, seq, ts }: { bytes: number; seq: number; ts: number }): void {
    const { added, atLeast } = this.#skipped;
    this.#skipped = new CounterAhead();
    const number = this.#follow(entry);
    this.#sifted.entries.push(entry);
    this.#sifted.numbers.push(this.#line, this.#offset, bytes, seq, ts, added, atLeast, number);
  }

  #addDamage(bytes: number): void {
    this.#add({ op: CORRUPT_OP }, { bytes, seq: Number.NaN, ts: Number.NaN });
  }

  /** Keeps track of the live identities. Returns the number of the one that the entry makes live, else 0. */
  #follow(entry: Entry): number {
    const { op } = entry;
    if (op === Op.CHECKPOINT) {
      const index = this.#sifted.entries.length;
      const rows = this.#leases.restore(entry["leases"], index, (key) => this.#fits(key));
      for (const row of rows) this.#sifted.listed.push(row);
    }
    const key = identityKey(entry);
    if (op === Op.RELEASE || op === Op.SCAVENGE) this.#leases.end(key);
    return takesToken(op) && key !== noIdentity && this.#fits(key) ? this.#leases.begin(key) : 0;
  }

  #fits(key: string): boolean {
    return this.#sieve.lane === undefined || laneText(key) === JSON.stringify(this.#sieve.lane);
  }
}

function emptySifted(): Sifted & { entries: Entry[]; numbers: number[]; beats: number[] } {
  return { entries: [], numbers: [], beats: [], listed: [] };
}

/** Returns the key of a line of a shape whose op has an identity. */
function keyOf(numbers: Shaped["shape"]["groups"], groups: RegExpExecArray): string {
  const joined = numbers.identity === 0 ? undefined : groups[numbers.identity];
  return joined ?? joinIdentity(textGroup(groups, numbers.lane), textGroup(groups, numbers.loop_ts));
}
