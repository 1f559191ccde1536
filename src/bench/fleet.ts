// A mix and a row of drawn numbers -> canonical journal lines of a made-up fleet, in an order a real one could write.
import { type Draw, pick } from "./random.js";
import { laneName, laneTree, quote, type Spelling, spell } from "./words.js";

export interface FleetPlan {
  /** How many lanes there are; an acquire takes a free one if there is one. */
  lanes: number;
  /** Below this many live leases every line is an acquire, so a journal begins by filling up to it. */
  liveMin: number;
  /** From this many on an acquire becomes a release; an orphan is made all the same, and another one is forgotten. */
  liveMax: number;
  spelling: Spelling;
}

/** A lease as its holder knows it; text is quoted, ready to be put into a line. */
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
  /** What stands between the stamp and the number of its HEARTBEAT lines. */
  beat: string;
}

const firstSecond = Date.UTC(2026, 0, 5) / 1000;
const linesPerSecond = 8;

// Looked up rather than written out each time: turning numbers into text would be a third of the work.
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));
const threeDigits = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, "0"));
const threeHexDigits = Array.from({ length: 4096 }, (_, n) => n.toString(16).padStart(3, "0"));

/** The state that makes lines plausible: clock, numbering, lanes and live leases. */
export class Fleet {
  readonly draw: Draw;
  readonly plan: FleetPlan;
  /** The live leases that later lines may speak of. */
  readonly live: Held[] = [];
  /** The number of the line being made, in digits. */
  seq = "";
  /** The time of the line being made, without quotes. */
  stamp = "";
  /** What stands before and behind the rest of a HEARTBEAT of this second. */
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

  /** Begins the next line: one more `seq`, and now and then one more second. */
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

  /** A fixed word in this fleet's spelling, quoted. */
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

  /** Unique in the journal, as no line starts two loops. */
  newLoopTs(): string {
    return flatten(`"${this.stamp}-${this.seq}"`);
  }

  newRunId(): string {
    return `"run-${this.threeHex()}${this.threeHex()}${this.threeHex()}"`;
  }

  private threeHex(): string {
    return threeHexDigits[this.draw(4096)] ?? "";
  }

  /** A number of six digits. */
  newNumber(): string {
    return (threeDigits[100 + this.draw(900)] ?? "") + (threeDigits[this.draw(1000)] ?? "");
  }

  anyHeld(): Held {
    return pick(this.live, this.draw);
  }

  /** Makes a lease live, on a free lane if there is one. */
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

  /** Puts a lease under another holder. */
  handOver(held: Held, hostId: string, holder: string): void {
    held.hostId = hostId;
    held.holder = holder;
    held.pid = this.newNumber();
    this.setBeat(held);
  }

  private setBeat(held: Held): void {
    held.beat = flatten(`${held.hostId}, "lane": ${held.lane}, "loop_ts": ${held.loopTs}, "op": "HEARTBEAT", "seq": `);
  }

  /** Ends a live lease. */
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

/** The same text in one piece: what is written many times should not be gathered from its parts each time. */
function flatten(text: string): string {
  // Looking at a character makes V8 join the parts in place.
  return text.charCodeAt(0) === 0 ? "" : text;
}
