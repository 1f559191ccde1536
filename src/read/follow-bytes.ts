// Yields the bytes of a journal as they are appended, and of the files that replace it, so that another host can keep a
// copy (docs/format.md 10, "Following bytes").
import { mismatch } from "../arguments.js";
import { isObject } from "../core/words.js";
import { nodeDisk } from "../file/disk.js";
import { closeReadable, openReadable, unreadable } from "../file/regular.js";
import { listSlot } from "../file/ship-slot.js";
import { followLinks } from "../file/target.js";
import { ByteSource, type BytesPosition, type BytesRead } from "./byte-source.js";
import { checkPollMs, JournalWatch } from "./watch.js";

/** Options of `followBytes`: where to start, and when to stop. */
export interface FollowBytesOptions {
  /**
   * The position of a record that was yielded before: the bytes after it come first. If the files of the journal no
   * longer contain those before it, everything that is there is yielded again, as further generations. Default: the
   * start of the oldest file.
   */
  after?: BytesPosition;
  /** Stops the iteration, which then throws the signal's reason. */
  signal?: AbortSignal;
  /** How often to check the file if the system reports no changes, in milliseconds. Default 500. */
  pollMs?: number;
  /**
   * Ends the iteration once all bytes that are there have been yielded, instead of waiting for more. A journal that
   * does not exist has none. Default false.
   */
  stopsAtEnd?: boolean;
}

/** Some successive bytes of a file that is or was the journal (docs/format.md, section 10, "Following bytes"). */
export interface JournalBytes {
  /**
   * The generation of the file. It rises when another file replaces the journal, and when bytes that were yielded are
   * no longer in the file.
   */
  generation: number;
  /** Where the bytes begin, from the start of the file. */
  offset: number;
  /** At most 256 KiB. There may be none in the first record of a generation, and where the end was reached. */
  bytes: Uint8Array;
  /** Whether the file ended after them when they were read. Until then the generation shows only a part of the file. */
  endReached: boolean;
  /**
   * Only in the first record of a generation, and only if the file was cut back: the generation begins with the bytes
   * of that generation before that offset, and its first record begins there.
   */
  base?: { generation: number; offset: number };
  /** Where the bytes end, to continue there later. */
  position: BytesPosition;
  /**
   * The old files in the journal's slot that are no longer needed once this record is stored. The caller removes them
   * (docs/format.md, section 7, "Slot"). Usually none.
   */
  removable: readonly string[];
}

export interface FollowBytesPlan {
  path: string;
  after: BytesPosition | undefined;
  pollMs: number;
  stopsAtEnd: boolean;
  signal: AbortSignal | undefined;
}

/** Checks the options that only the functions that follow a journal have. */
export function checkFollowBytes(
  options: FollowBytesOptions | undefined,
): Pick<FollowBytesPlan, "after" | "pollMs" | "stopsAtEnd"> {
  const after: unknown = options?.after;
  if (after !== undefined && !isPosition(after)) throw mismatch("after", "a position that followBytes returned", after);
  const stopsAtEnd: unknown = options?.stopsAtEnd ?? false;
  if (typeof stopsAtEnd !== "boolean") throw mismatch("stopsAtEnd", "a boolean", stopsAtEnd);
  return { after, pollMs: checkPollMs(options?.pollMs), stopsAtEnd };
}

function isPosition(value: unknown): value is BytesPosition {
  if (!isObject(value)) return false;
  const { generation, offset, file, head, tail } = value;
  const areTexts = [file, head, tail].every((text) => typeof text === "string");
  return areTexts && isCount(generation) && generation > 0 && isCount(offset);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export async function* followJournalBytes(plan: FollowBytesPlan): AsyncGenerator<JournalBytes> {
  plan.signal?.throwIfAborted();
  const follower = new BytesFollower(plan);
  try {
    for (;;) {
      plan.signal?.throwIfAborted();
      const record = follower.read();
      if (record !== undefined) yield record;
      else if (plan.stopsAtEnd) return;
      else await follower.watch.changed();
    }
  } finally {
    follower.close();
  }
}

class BytesFollower {
  readonly watch: JournalWatch;
  readonly #path: string;
  /** The files that are or were the journal, in turn; the one being read comes first. */
  readonly #sources: ByteSource[] = [];
  /** The names in the slot of files that are no longer among the sources. */
  readonly #passed = new Set<string>();
  /** Where to continue, until the first files have been found. */
  #after: BytesPosition | undefined;
  #generation: number;
  /** Whether a record of the generation has been yielded, by this iteration or by the one that is continued. */
  #isBegun = false;
  /** Whether a record has to be yielded even if it has no bytes. */
  #isDue = true;
  /** See `JournalBytes`, for the next record. */
  #base: JournalBytes["base"];
  #removable: string[] = [];

  constructor({ path, pollMs, signal, after }: Omit<FollowBytesPlan, "stopsAtEnd">) {
    this.#path = path;
    this.#after = after;
    this.#generation = after?.generation ?? 0;
    this.watch = new JournalWatch({ path, pollMs, signal, onLook: () => this.#look() });
  }

  /** Returns the next bytes; undefined if there are none yet. */
  read(): JournalBytes | undefined {
    this.watch.forgetNews();
    try {
      this.#openSuccessors();
      return this.#read();
    } catch (error) {
      throw unreadable(this.#path, error);
    }
  }

  close(): void {
    this.watch.close();
    closeAll(this.#sources.splice(0));
  }

  #read(): JournalBytes | undefined {
    for (let source = this.#sources[0]; source !== undefined; source = this.#sources[0]) {
      const { offset } = source;
      const read = source.read();
      if (read === undefined) this.#goBack(source);
      else if (read.bytes.length > 0 || this.#isDue) return this.#makeRecord(source, offset, read);
      else if (this.#sources.length > 1) this.#leave(source);
      else return undefined;
    }
    return undefined;
  }

  #makeRecord(source: ByteSource, offset: number, { bytes, endReached }: BytesRead): JournalBytes {
    const generation = this.#generation;
    const base = this.#base === undefined ? {} : { base: this.#base };
    const position = source.positionIn(generation);
    const removable = this.#removable;
    this.#isBegun = true;
    // The end must be reported even if the bytes before it filled a record.
    this.#isDue = !endReached;
    this.#base = undefined;
    this.#removable = [];
    return { generation, offset, bytes: new Uint8Array(bytes), endReached, ...base, position, removable };
  }

  #beginGeneration(): void {
    this.#generation = Math.max(this.#generation + 1, Date.now());
    this.#isBegun = false;
    this.#isDue = true;
  }

  /** Begins a generation with the bytes that are still in the file. */
  #goBack(source: ByteSource): void {
    source.goBack();
    const { offset } = source;
    const base = this.#isBegun ? { generation: this.#generation, offset } : this.#base;
    if (this.#isBegun) this.#beginGeneration();
    // A file that was rewritten from its start is shown only once all of it has been read, so it has no base.
    this.#base = base && offset > 0 ? { ...base, offset: Math.min(base.offset, offset) } : undefined;
  }

  #leave(source: ByteSource): void {
    this.#sources.shift();
    this.#drop(source);
    this.#beginGeneration();
  }

  #drop(source: ByteSource): void {
    source.close();
    this.#removable.push(...source.slotPaths);
    for (const path of source.slotPaths) this.#passed.add(path);
  }

  /** Opens the next file immediately, however slowly records are consumed: another one may replace it soon. */
  #look(): void {
    try {
      this.#openSuccessors();
    } catch {
      // The next read meets the same error and throws it.
    }
  }

  #openSuccessors(): void {
    const newest = this.#sources.at(-1);
    // The journal is opened first: a file that replaces it from now on is found the next time.
    const file = openReadable(this.#path);
    if (newest !== undefined && (file === undefined || file.state.identity === newest.identity)) {
      closeReadable(file);
      return;
    }
    const found: ByteSource[] = [];
    try {
      this.#openSlot(found, file?.state.identity);
      if (file !== undefined) found.push(new ByteSource(file));
    } catch (error) {
      closeAll(found);
      closeReadable(file);
      throw error;
    }
    this.#sources.push(...found);
    if (newest === undefined && found.length > 0) this.#begin();
  }

  /** Finds the files that were the journal since the newest source. `own` is the identity of the journal's file. */
  #openSlot(found: ByteSource[], own: string | undefined): void {
    const known = new Set([...this.#passed, ...this.#sources.flatMap(({ slotPaths }) => slotPaths)]);
    for (const path of listSlot(followLinks(this.#path, nodeDisk), nodeDisk)) {
      const file = known.has(path) ? undefined : openReadable(path, "the old file");
      if (file === undefined) continue;
      const { identity } = file.state;
      const source = [...this.#sources, ...found].find((each) => each.identity === identity);
      if (source === undefined && identity !== own) {
        found.push(new ByteSource(file, path));
        continue;
      }
      closeReadable(file);
      // The journal's own file has a name here only while a compaction is about to replace it, or after one was killed.
      if (identity === own) return;
      source?.slotPaths.push(path);
    }
  }

  /** Chooses the first of the files that were there at the start. */
  #begin(): void {
    const after = this.#after;
    this.#after = undefined;
    const index = after === undefined ? -1 : this.#sources.findIndex((source) => source.continueAt(after));
    if (index === -1) {
      this.#beginGeneration();
      return;
    }
    this.#isBegun = true;
    for (const source of this.#sources.splice(0, index)) this.#drop(source);
  }
}

function closeAll(sources: readonly ByteSource[]): void {
  for (const source of sources) source.close();
}
