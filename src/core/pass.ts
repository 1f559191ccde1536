// Folds or scans the stretches of a journal in order and keeps the state for the answers (docs/format.md 3, 5 and 6).
// Decides which lines are settled: all with an LF, except an unparseable one that nothing follows.
import type { Generation, Lease, Place, Scan } from "../types.js";
import type { CheckSource } from "./checks.js";
import { type Content, SeenLines } from "./content.js";
import { UNPARSEABLE } from "./dialect.js";
import { BLANK, LineReader, NON_OBJECT, parseEntry, type ReadLine, readText } from "./entry.js";
import { foldEntry, State } from "./fold.js";
import type { HeldLease } from "./held-lease.js";
import { identityKey, identityOf, joinIdentity, noIdentity } from "./identity.js";
import { byteOrderMarkBytes, type Stretch } from "./lines.js";
import { detach } from "./live.js";
import { findSharedLanes, notScan, Report } from "./report.js";
import { learnedLineMax, type Shaped, Shapes, shapedTextMax, textGroup } from "./shapes.js";
import { heldValues, readSnapshot, writeSnapshot } from "./snapshot.js";
import { isDamaged, type LastLine, type LineTaker } from "./taker.js";

export class Pass implements LineTaker {
  #state = new State();
  /** Undefined for a replay. */
  #report: Report | undefined;
  /** Whether all leases are kept as texts, as a compaction needs them. */
  readonly #compacts: boolean;
  #offset = 0;
  #line = 0;
  #last: LastLine | undefined;
  #tornTail: Scan["tornTail"] = null;
  readonly #seen = new SeenLines();
  readonly #lines = new LineReader();
  readonly #shapes: Shapes;
  #source: CheckSource | undefined;
  /** See `Fold.endDamaged`. */
  endDamaged = false;

  constructor(kind: "replay" | "scan" | "compact") {
    this.#report = kind === "replay" ? undefined : new Report();
    this.#shapes = new Shapes({ reports: kind !== "replay" });
    this.#compacts = kind === "compact";
  }

  /** Returns a scan that continues from a text that `snapshot` returned. Throws for any other text. */
  static resume(snapshot: string): Pass {
    const pass = new Pass("scan");
    const { offset, lines, seq, counter, leases, generations, ...report } = readSnapshot(snapshot);
    const { live } = pass.#state;
    for (const { lease, place, ...identity } of leases) {
      if (typeof lease === "string") live.keepText(identityKey(identity), lease, place);
      else live.set(identityKey(identity), lease, place);
    }
    if (live.size < leases.length) throw new Error("expected each lease's identity once");
    pass.#state.generations.resume(generations, counter);
    pass.#state.seq = seq;
    pass.#report = new Report(report);
    pass.#offset = offset;
    pass.#line = lines;
    pass.#seen.addCounted(report.entries, report.findings);
    return pass;
  }

  get offset(): number {
    return this.#offset;
  }

  /** See `Fold.hasOpenLine`. */
  get hasOpenLine(): boolean {
    return this.#last !== undefined;
  }

  /** See `Fold.content`. */
  get content(): Content {
    return this.#seen.contentWith(this.#last);
  }

  beginRead(source: CheckSource): void {
    this.#source = source;
  }

  skipByteOrderMark(): void {
    this.#offset = byteOrderMarkBytes;
    this.#report?.checks.begin(byteOrderMarkBytes);
  }

  takeStretch(stretch: Stretch): void {
    // The patterns accept any byte beyond ASCII, so a scan must not use them where ill-formed UTF-8 has to be reported.
    const fits = stretch.text.length <= shapedTextMax && (this.#report === undefined || stretch.wellFormed);
    const shaped = fits && this.#shapes.beginStretch();
    const place = this.#place();
    let at = 0;
    this.#last = undefined;
    for (;;) {
      const found = shaped ? this.#shapes.match(stretch.text, at) : undefined;
      if (found !== undefined) this.#foldShaped(found);
      const learns = shaped && this.#shapes.learnsMore;
      const next = found?.end ?? this.#foldLine(stretch, at, { learns, sparsely: this.#compacts || (fits && !learns) });
      if (next === -1) break;
      at = next;
      this.#offset = place.offset + at;
      this.#line++;
    }
    this.#state.live.settle();
    if (this.#source !== undefined) this.#report?.checks.take(stretch.bytes(0, at), place, this.#source);
  }

  takeOversize(_raw: string, bytes: number): void {
    this.#addSentinel();
    const range = { from: this.#offset, to: this.#offset + bytes };
    if (this.#source !== undefined) this.#report?.checks.takeAgain(range, this.#line, this.#source);
    this.#offset += bytes;
    this.#line++;
  }

  takeLast(last: LastLine | undefined): void {
    this.#last = last;
  }

  /** `taken` is called with each text before it is parsed into values, and may throw. */
  leases(taken?: (text: string) => void): Lease[] {
    return this.#whole().#state.live.leases(taken);
  }

  generations(): Generation[] {
    return this.#whole().#state.generations.rows();
  }

  nextSeq(): number {
    return 1 + this.#whole().#state.seq;
  }

  generationCounter(): number {
    return this.#whole().#state.generations.counter;
  }

  /** Yields the leases in map order. Throws `TypeError` unless the fold is of kind `compact`. */
  *heldLeases(): Generator<HeldLease> {
    if (!this.#compacts) throw new TypeError("heldLeases: expected a fold of kind compact, found another");
    const { live, generations } = this.#whole().#state;
    for (const { key, text } of live.texts()) {
      const { loop_ts, lane } = identityOf(key);
      yield { loop_ts, lane, generation: generations.numberOf(key), text };
    }
  }

  /** See `leases` for `taken`. Throws `TypeError` for a fold of kind `replay`. */
  scan(taken?: (text: string) => void): Scan {
    const whole = this.#whole();
    const { live: _, ...report } = this.reportOnly();
    return { leases: whole.#state.live.leases(taken), generations: whole.#state.generations.rows(), ...report };
  }

  /** Returns a scan without its leases and generations, but with the number of live leases. */
  reportOnly(): Omit<Scan, "leases" | "generations"> & { live: number } {
    // The copy has not seen the earlier lines, so use the `content` of this pass. It includes the open line.
    return this.#whole().#reportWhole(this.content !== "foreign");
  }

  #reportWhole(isJournal: boolean): Omit<Scan, "leases" | "generations"> & { live: number } {
    const report = this.#report;
    if (report === undefined) throw notScan("scan");
    const { corrupt, ...notes } = report.findings.lists();
    return {
      live: this.#state.live.size,
      nextSeq: 1 + this.#state.seq,
      bytes: this.#offset,
      lines: this.#line,
      entries: report.entries,
      // Unlike assignment, this keeps an op called `__proto__`.
      ops: Object.fromEntries(report.ops),
      engine: "js",
      isJournal,
      corrupt,
      tornTail: this.#tornTail,
      ...notes,
      sharedLane: findSharedLanes(this.#state.live),
      ...report.checks.findings,
    };
  }

  /** Returns the settled state as text, from which another process can continue. Throws `TypeError` for a replay. */
  snapshot(): string {
    const report = this.#report;
    if (report === undefined) throw notScan("snapshot");
    const { live, generations, seq } = this.#state;
    const { entries, ops, order, findings, checks } = report;
    return writeSnapshot({
      offset: this.#offset,
      lines: this.#line,
      entries,
      seq,
      counter: generations.counter,
      ops,
      order,
      findings,
      checks,
      leases: heldValues(live),
      generations: generations.eachRow(),
    });
  }

  /** Returns a copy with the open line folded in. This state must not change, because the line is not settled. */
  #whole(): Pass {
    if (this.#last === undefined) return this;
    const whole = new Pass(this.#compacts ? "compact" : "replay");
    whole.#state = new State(this.#state);
    whole.#report = this.#report && new Report(this.#report);
    whole.#offset = this.#offset;
    whole.#line = this.#line;
    whole.#foldLast(this.#last);
    return whole;
  }

  #foldLast(last: LastLine): void {
    const line = last.text === undefined ? undefined : readText(last.text, true);
    const { terminated } = last;
    if (line === undefined || line.entry === UNPARSEABLE) {
      this.#tornTail = { ...this.#place(), terminated, damaged: isDamaged(last) };
    } else this.#foldParsed(line, last.wellFormed);
    this.#offset += last.bytes;
    this.#line++;
  }

  /** Folds the line at `start`. Returns the index after its LF, or -1 if the line is not settled. */
  #foldLine(stretch: Stretch, start: number, how: { learns: boolean; sparsely: boolean }): number {
    const end = stretch.text.indexOf("\n", start);
    if (end === -1) return -1;
    const isLong = end - start > learnedLineMax;
    const line = this.#lines.readLine(stretch, start, end, how.sparsely || isLong);
    if (line.entry === UNPARSEABLE) {
      if (end + 1 === stretch.text.length) return -1;
      this.#addSentinel();
      return end + 1;
    }
    this.#foldParsed(line, this.#report === undefined || stretch.isWellFormed(start, end));
    if (how.learns && !isLong) this.#learn(stretch.text.slice(start, end), line);
    return end + 1;
  }

  /** A shape is described by a complete entry, but a compaction reads entries sparsely. */
  #learn(text: string, { entry, parts }: ReadLine): void {
    if (parts !== undefined && !this.#compacts) return;
    const whole = parts === undefined ? entry : parseEntry(text);
    if (typeof whole === "object") this.#shapes.learn(text, whole);
  }

  /** Folds a line that parses or is blank. */
  #foldParsed(line: ReadLine, wellFormed: boolean): void {
    const { entry, parts } = line;
    this.endDamaged = false;
    if (entry === BLANK) return;
    if (entry === NON_OBJECT) this.#seen.addOther();
    else this.#seen.addEntry();
    const place = this.#report && this.#place();
    if (place !== undefined) this.#report?.addLine(this.#state, line, wellFormed, place);
    if (typeof entry !== "object") return;
    // A compaction does not need the places of its leases.
    foldEntry(this.#state, entry, { place: this.#compacts ? undefined : place, parts, keepsTexts: this.#compacts });
  }

  /** Like `foldEntry`, for a line that matched a shape. The shape was learned from an earlier entry. */
  #foldShaped({ shape: { op, effect, groups: numbers }, groups }: Shaped): void {
    this.endDamaged = false;
    const { live, generations } = this.#state;
    const seq = numbers.seq === 0 ? 0 : Number(groups[numbers.seq]);
    if (seq > this.#state.seq) this.#state.seq = seq;
    const report = this.#report;
    const place = report && this.#place();
    if (place !== undefined) report?.addShaped(op, seq, numbers.ts === 0 ? undefined : groups[numbers.ts], place);
    if (effect === "none") return;
    const joined = groups[numbers.identity];
    const isJoined = numbers.identity !== 0 && joined !== undefined;
    const key = isJoined ? joined : joinIdentity(textGroup(groups, numbers.lane), textGroup(groups, numbers.loop_ts));
    if (effect === "beat") {
      const stamp = numbers.stamp === 0 ? "" : (groups[numbers.stamp] ?? "");
      if (place !== undefined) report?.addBeat(live, key, stamp, place);
      if (stamp !== "") live.beatText(key, stamp);
    } else if (effect === "drop") {
      const wasLive = live.delete(key);
      generations.delete(key);
      if (place !== undefined) report?.addEnd(wasLive, place);
    } else if (key !== noIdentity) {
      // The maps keep the key, so copy it: a piece would keep the whole stretch in memory.
      const kept = isJoined ? detach(key) : key;
      const lease = groups[numbers.lease] ?? "";
      if (this.#compacts) live.keepText(kept, detach(lease));
      else live.setText(kept, lease, place);
      generations.advance(kept);
    }
  }

  #addSentinel(): void {
    this.endDamaged = true;
    this.#seen.addOther();
    this.#report?.addSentinel(this.#place());
  }

  #place(): Place {
    return { line: this.#line, offset: this.#offset };
  }
}
