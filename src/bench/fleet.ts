// Simulates a fleet: produces canonical journal lines in an order that a real fleet could write.
import { type Draw, pick } from "./random.js";
import { laneName, laneTree, quote, type Spelling, spell } from "./words.js";

export interface FleetPlan {
  /** The number of lanes. An acquire takes a free one if there is one. */
  lanes: number;
  /** With fewer live leases than this, every line is an acquire, so that a journal first fills up to this number. */
  liveMin: number;
  /** From this many on, an acquire becomes a release. An orphan is still added, and another one is dropped. */
  liveMax: number;
  spelling: Spelling;
}

/** A lease as its holder knows it. Text is already quoted. */
export interface Held {
  laneIndex: number;
  lane: string;
  kind: string;
  tree: string;
  loopTs: string;
  hostId: string;
  pid: string;
  holder: string;
  runId: string;
  acquiredAt: string;
  /** The part of its HEARTBEAT lines between the stamp and the number. */
  beat: string;
}

const firstSecond = Date.UTC(2026, 0, 5) / 1000;
const linesPerSecond = 8;

// A table, because formatting numbers each time would take a third of the work.
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));
const threeDigits = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, "0"));
const threeHexDigits = Array.from({ length: 4096 }, (_, n) => n.toString(16).padStart(3, "0"));

/** The state that makes the lines plausible: clock, numbering, lanes and live leases. */
export class Fleet {
  readonly draw: Draw;
  readonly plan: FleetPlan;
  /** The live leases that later lines may refer to. */
  readonly live: Held[] = [];
  /** The number of the current line, in digits. */
  seq = "";
  /** The time of the current line, without quotes. */
  stamp = "";
  /** The parts of a HEARTBEAT of this second before and after the rest. */
  beatHead = "";
  beatTail = "";
  private line = 0;
  private thousands = "";
  private second = firstSecond;
  private minute = "";
  private readonly laneNames: string[] = [];
  private readonly laneTrees: string[] = [];
  private readonly laneTaken: Uint8Array;
  private readonly quoted = new Map<string, string>();

  constructor(plan: FleetPlan, draw: Draw) {
    this.plan = plan;
    this.draw = draw;
    this.laneTaken = new Uint8Array(plan.lanes);
    this.setClock();
  }

  /** Begins the next line: increments `seq`, and sometimes the time by a second. */
  advance(): void {
    const low = ++this.line % 1000;
    if (low === 0) this.thousands = String(this.line / 1000);
    this.seq = this.line < 1000 ? String(low) : this.thousands + (threeDigits[low] ?? "");
    if (this.draw(linesPerSecond) !== 0) return;
    this.second++;
    this.setClock();
  }

  private setClock(): void {
    const inMinute = this.second % 60;
    if (inMinute === 0 || this.minute === "") this.minute = new Date(this.second * 1000).toISOString().slice(0, 17);
    this.stamp = flatten(`${this.minute}${twoDigits[inMinute] ?? ""}Z`);
    this.beatHead = flatten(`{"heartbeat_at": "${this.stamp}", "host_id": `);
    this.beatTail = flatten(`, "ts": "${this.stamp}"}\n`);
  }

  /** Returns a fixed word in this fleet's spelling, quoted. */
  word(text: string): string {
    const known = this.quoted.get(text);
    if (known !== undefined) return known;
    const made = quote(spell(text, this.plan.spelling));
    this.quoted.set(text, made);
    return made;
  }

  anyWord(texts: readonly string[]): string {
    return this.word(pick(texts, this.draw));
  }

  lane(index: number): string {
    return (this.laneNames[index] ??= quote(spell(laneName(index), this.plan.spelling)));
  }

  tree(index: number): string {
    const made = () => laneTree(index).map((glob) => quote(spell(glob, this.plan.spelling)));
    return (this.laneTrees[index] ??= `[${made().join(", ")}]`);
  }

  /** Unique in the journal, because no line starts two loops. */
  newLoopTs(): string {
    return flatten(`"${this.stamp}-${this.seq}"`);
  }

  newRunId(): string {
    return `"run-${this.threeHex()}${this.threeHex()}${this.threeHex()}"`;
  }

  private threeHex(): string {
    return threeHexDigits[this.draw(4096)] ?? "";
  }

  /** Returns a number of six digits. */
  newNumber(): string {
    return (threeDigits[100 + this.draw(900)] ?? "") + (threeDigits[this.draw(1000)] ?? "");
  }

  anyHeld(): Held {
    return pick(this.live, this.draw);
  }

  /** Adds a live lease, on a free lane if there is one. */
  take(hostId: string, holder: string): Held {
    const laneIndex = this.freeLane();
    this.laneTaken[laneIndex] = 1;
    const held: Held = {
      laneIndex,
      lane: this.lane(laneIndex),
      kind: laneIndex % 10 === 3 ? '"exclusive"' : '"cluster"',
      tree: this.tree(laneIndex),
      loopTs: this.newLoopTs(),
      hostId,
      pid: this.newNumber(),
      holder,
      runId: this.newRunId(),
      acquiredAt: this.stamp,
      beat: "",
    };
    this.setBeat(held);
    if (this.live.length < this.plan.liveMax) this.live.push(held);
    else this.live[this.draw(this.live.length)] = held;
    return held;
  }

  private freeLane(): number {
    const { lanes } = this.plan;
    let index = this.draw(lanes);
    if (this.live.length >= lanes || lanes <= this.plan.liveMax) return index;
    while (this.laneTaken[index] === 1) index = (index + 1) % lanes;
    return index;
  }

  /** Changes the holder of a lease. */
  handOver(held: Held, hostId: string, holder: string): void {
    held.hostId = hostId;
    held.holder = holder;
    held.pid = this.newNumber();
    this.setBeat(held);
  }

  private setBeat(held: Held): void {
    held.beat = flatten(`${held.hostId}, "lane": ${held.lane}, "loop_ts": ${held.loopTs}, "op": "HEARTBEAT", "seq": `);
  }

  /** Removes a live lease. */
  drop(): Held {
    const at = this.draw(this.live.length);
    const last = this.live.pop();
    if (last === undefined) throw new RangeError("drop expected a live lease, found none");
    const dropped = this.live[at] ?? last;
    if (dropped !== last) this.live[at] = last;
    this.laneTaken[dropped.laneIndex] = 0;
    return dropped;
  }
}

/** Returns the text in one piece, so that text that is written often is not assembled each time. */
function flatten(text: string): string {
  // Reading a character makes V8 flatten the string in place.
  return text.charCodeAt(0) === 0 ? "" : text;
}
