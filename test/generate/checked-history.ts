// Generates journals to which writers with check values and others append in turn, at once and in parts, and which
// either program compacts (docs/format.md 13). None of their values is wrong.
import { checkedLines } from "./oracle-checks.js";
import type { Random } from "./random.js";

/** The gaps and values that a history displaces stay below the limits of the rule. */
const stepsMax = 24;

export function makeCheckedHistory(r: Random): Buffer {
  const history = new History(r);
  const steps = r.between(1, stepsMax);
  for (let step = 0; step < steps; step++) history.grow();
  return history.bytes;
}

class History {
  readonly #r: Random;
  bytes: Buffer;
  #entries = 0;

  constructor(r: Random) {
    this.#r = r;
    this.bytes = Buffer.from(r.chance(0.1) ? "\ufeff" : "");
  }

  grow(): void {
    const r = this.#r;
    const known = this.bytes;
    const step = r.pickWeighted([
      [6, () => this.#appendChecked(known)],
      [5, () => this.#append(this.#foreign())],
      [1, () => this.#tear()],
      [1, () => this.#appendDisplaced(known)],
      [1, () => this.#appendAtOnce(known)],
      [1, () => this.#compact()],
    ]);
    step();
  }

  #append(bytes: string | Buffer): void {
    this.bytes = Buffer.concat([this.bytes, Buffer.from(bytes)]);
  }

  #appendChecked(known: Buffer): void {
    this.#append(checkedLines(known, ...Array.from({ length: this.#r.between(1, 3) }, () => this.#entry())));
  }

  /** A writer without the lock comes first; it may write only part of a line. */
  #appendDisplaced(known: Buffer): void {
    const foreign = this.#foreign();
    this.#append(this.#r.chance(0.7) ? foreign : foreign.slice(0, this.#r.between(1, foreign.length - 1)));
    this.#appendChecked(known);
  }

  /** Two writers hold two locks. */
  #appendAtOnce(known: Buffer): void {
    this.#appendChecked(known);
    this.#appendChecked(known);
  }

  /**
   * An append ends anywhere: the process is killed, or the disk is full. A line that lacks nothing but its LF is left
   * out, because docs/format.md 13 names the limit that it meets.
   */
  #tear(): void {
    const line = this.#r.chance(0.5) ? checkedLines(this.bytes, this.#entry()) : Buffer.from(this.#foreign());
    this.#append(line.subarray(0, this.#r.between(1, line.length - 2)));
  }

  #compact(): void {
    const checkpoint = `{"leases": [], "op": "CHECKPOINT", "seq_watermark": ${this.#entries}}`;
    const sentinels = '{"_line": 1, "_raw": "{, \\"~\\": \\"00000000 0 1\\"}", "op": "_CORRUPT"}\n'.repeat(
      this.#r.below(3),
    );
    const first = this.#r.chance(0.5) ? checkedLines(Buffer.alloc(0), checkpoint) : Buffer.from(`${checkpoint}\n`);
    this.bytes = Buffer.concat([first, Buffer.from(sentinels)]);
  }

  #entry(): string {
    const lane = this.#r.pick(["a", "b", "\u00fc", "d~e", '~": \\"']);
    const op = this.#r.pick(["ACQUIRE", "RELEASE", "HEARTBEAT", "REFUSE"]);
    return `{"lane": "${lane}", "loop_ts": "T", "op": "${op}", "seq": ${++this.#entries}}`;
  }

  #foreign(): string {
    if (this.#r.chance(0.1)) return this.#r.pick(["\n", " \n", "[1]\n", "{broken\n", '{"op": "HALT", "~": "mine"}\n']);
    // A line that is not separated from what was there before, as the reference writes it.
    return `${this.#entry()}\n`;
  }
}
