// Reports what a shipper does: a line that is drawn again on a terminal, lines in a pipe, or JSON.
import { statSync } from "node:fs";
import { errorText } from "../../file/system-error.js";
import { formatSize } from "../../quantities.js";
import type { Terminal } from "../call.js";
import type { ShipEvent } from "../fleet/installed.js";
import { formatDuration } from "../history/times.js";
import { printableLine } from "../printable.js";
import { formatStrictLine } from "../strict.js";
import { loadRuler } from "../width.js";
import { StatusLine } from "./status-line.js";

/** How often the line is drawn without an event, in milliseconds. */
const refreshMs = 1000;

interface Reporting {
  journal: string;
  json: boolean;
  terminal: Terminal;
  /** Called if the output cannot be written; it must stop the shipper. */
  stop(reason: unknown): void;
}

/** How far the log is behind the journal. */
interface Lag {
  bytes: number;
  ms: number;
}

export class ShipReport {
  readonly #journal: string;
  readonly #json: boolean;
  readonly #terminal: Terminal;
  readonly #stop: (reason: unknown) => void;
  #line: StatusLine | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;
  #id = "";
  #generation: number | undefined;
  /** Where what is in the log ends. */
  #offset = 0;
  #isAtEnd = false;
  #hasSaidEnd = false;
  #atEndMs = Date.now();
  #waitingMs: number | undefined;
  #problem = "";

  constructor({ journal, json, terminal, stop }: Reporting) {
    this.#journal = journal;
    this.#json = json;
    this.#terminal = terminal;
    this.#stop = stop;
  }

  /** Reports until the shipper has ended, and then how far it came. Rejects as it does, or as the output does. */
  async during(shipping: Promise<void>): Promise<void> {
    if (!this.#json && process.stdout.isTTY) this.#line = new StatusLine(process.stdout, await loadRuler());
    const timer = setInterval(() => this.#draw(), refreshMs);
    try {
      await shipping;
      this.#say("ended", {}, `ended: ${this.#tellPlace()}`);
    } finally {
      clearInterval(timer);
      this.#line?.clear();
      await this.#writing;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  take(event: ShipEvent): void {
    if (event.kind === "started") this.#start(event);
    else if (event.kind === "stored") this.#store(event.record);
    else if (event.kind === "waiting") this.#wait(event.error);
    else {
      const why = "the log was deleted, or lacks the beginning of the file";
      this.#say("restarted", {}, `${why}: everything is copied again`);
    }
    this.#draw();
  }

  #start({ id, from }: ShipEvent & { kind: "started" }): void {
    this.#id = id;
    this.#answered();
    this.#generation = from?.generation;
    this.#offset = from?.offset ?? 0;
    this.#isAtEnd = false;
    this.#hasSaidEnd = false;
    const place = from === undefined ? "its beginning" : `generation ${from.generation}, byte ${from.offset}`;
    this.#say("started", {}, `copies ${this.#journal} as ${id}, from ${place}`);
  }

  #store({ generation, offset, bytes, endReached }: (ShipEvent & { kind: "stored" })["record"]): void {
    this.#answered();
    const isOther = this.#generation !== generation;
    this.#generation = generation;
    this.#offset = offset + bytes.length;
    this.#isAtEnd = endReached;
    if (endReached) this.#atEndMs = Date.now();
    const stored = { bytes: bytes.length, endReached };
    if (this.#json) this.#say("stored", stored, "");
    else if (isOther && this.#hasSaidEnd) this.#say("stored", stored, `generation ${generation} follows`);
    if (endReached && !this.#hasSaidEnd && !this.#json) this.#say("stored", stored, this.#tellPlace());
    this.#hasSaidEnd ||= endReached;
  }

  #wait(error: unknown): void {
    this.#problem = errorText(error);
    const isFirst = this.#waitingMs === undefined;
    this.#waitingMs ??= Date.now();
    // Once for each outage: an attempt follows the other.
    if (isFirst) this.#say("waiting", { error: this.#problem }, `the log does not answer: ${this.#problem}`);
  }

  #answered(): void {
    if (this.#waitingMs === undefined) return;
    const afterMs = Date.now() - this.#waitingMs;
    this.#waitingMs = undefined;
    this.#say("answered", { afterMs }, `the log answers again, after ${formatDuration(afterMs)}`);
  }

  #say(event: string, more: { [key: string]: unknown }, text: string): void {
    const { bytes: lagBytes, ms: lagMs } = this.#lag();
    const place = { id: this.#id, generation: this.#generation ?? null, offset: this.#offset, lagBytes, lagMs };
    const json = { event, journal: this.#journal, ...place, ...more, at: new Date().toISOString() };
    const line = this.#json ? formatStrictLine(json) : printableLine(text);
    this.#line?.clear();
    const write = (): Promise<void> => this.#terminal.output.write(line);
    this.#writing = this.#writing.then(write).catch((error: unknown) => {
      this.#failure ??= error;
      this.#stop(error);
    });
  }

  /** Of a file that has been replaced it is not known how long it was. */
  #lag(): Lag {
    const size = statSync(this.#journal, { throwIfNoEntry: false })?.size ?? 0;
    const bytes = Math.max(0, size - this.#offset);
    const isCurrent = this.#isAtEnd && bytes === 0 && this.#waitingMs === undefined;
    return { bytes, ms: isCurrent ? 0 : Date.now() - this.#atEndMs };
  }

  #tellPlace(): string {
    if (this.#generation === undefined) return "the log has nothing of the journal";
    const { bytes, ms } = this.#lag();
    const lag = bytes === 0 ? "all of it" : `${formatSize(bytes)} and ${formatDuration(ms)} behind`;
    return `the log has ${formatSize(this.#offset)} of generation ${this.#generation}: ${lag}`;
  }

  #draw(): void {
    if (this.#line === undefined) return;
    const waits =
      this.#waitingMs === undefined ? "" : `; no answer for ${formatDuration(Date.now() - this.#waitingMs)}`;
    this.#line.draw(`${this.#id || this.#journal}: ${this.#tellPlace()}${waits}`);
  }
}
