// (entries, seed, profile) -> a journal, the same byte for byte every time.
//
// The profile `fleet`, on which all figures rest, has in a hundred lines: 67 HEARTBEAT, 7 ACQUIRE with a nested lease
// (one of them a live lease written anew), 6 RELEASE or SCAVENGE, 8 REFUSE, 7 ENFORCE with a nested proposal and, in
// half of them, text beyond ASCII, 5 ATTEMPT, SPAWN or ADOPT; about 281 bytes a line. profiles.ts has the others.
import { closeSync, openSync, writeSync } from "node:fs";
import { Fleet } from "./fleet.js";
import { type LineKind, lineMakers } from "./lines.js";
import { type Profile, type ProfileName, profiles } from "./profiles.js";
import { drawFrom } from "./random.js";

export interface JournalPlan {
  /** Lines to make, each an entry unless the profile damages it. */
  entries: number;
  /** A whole number; default 1. */
  seed?: number;
  /** Default `fleet`. */
  profile?: ProfileName;
}

/** How far the writing of a journal is. */
export interface Written {
  bytes: number;
  entries: number;
}

/** A part of a journal, ending at a line's end. */
export interface Block {
  bytes: Buffer;
  entries: number;
}

/** Large enough for few writes, small enough for the processor's cache. A longer line is a block of its own. */
const blockBytes = 1 << 20;

/** Pieces of text are joined this far before they become bytes: long chains of pieces outlive the young heap. */
const joinedBytesMin = 1 << 14;

/** The journal in blocks of about a megabyte. */
export function* journalBlocks(plan: JournalPlan): Generator<Block> {
  const nextLine = lineSource(plan);
  let bytes = Buffer.allocUnsafe(blockBytes);
  let used = 0;
  let first = 0;
  let text = "";
  for (let i = 0; i < plan.entries; ) {
    const joinedFrom = i;
    while (i < plan.entries && text.length < joinedBytesMin) text += nextLine(++i === plan.entries);
    if (used + text.length > bytes.length) {
      if (used > 0) yield { bytes: bytes.subarray(0, used), entries: joinedFrom - first };
      bytes = Buffer.allocUnsafe(Math.max(blockBytes, text.length));
      used = 0;
      first = joinedFrom;
    }
    used += bytes.write(text, used, "latin1");
    text = "";
  }
  if (used > 0) yield { bytes: bytes.subarray(0, used), entries: plan.entries - first };
}

function lineSource({ entries, seed = 1, profile = "fleet" }: JournalPlan): (isLast: boolean) => string {
  expectWhole("entries", entries);
  expectWhole("seed", seed);
  const settings: Profile = profiles[profile];
  const draw = drawFrom(seed);
  const fleet = new Fleet(settings, draw);
  const makers = hundredMakers(settings);
  const { dress, liveMin } = settings;
  const fill = lineMakers[settings.filledBy];
  return (isLast) => {
    fleet.advance();
    const maker = fleet.live.length < liveMin ? fill : (makers[draw(100)] ?? fill);
    const line = maker(fleet);
    return dress === undefined ? line : dress(line, draw, isLast);
  };
}

function expectWhole(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name}: expected a whole number, found ${value}`);
}

function hundredMakers({ mix }: Profile): ((fleet: Fleet) => string)[] {
  const kinds = Object.keys(lineMakers).filter((kind): kind is LineKind => Object.hasOwn(lineMakers, kind));
  const makers = kinds.flatMap((kind) => Array.from({ length: mix[kind] ?? 0 }, () => lineMakers[kind]));
  if (makers.length !== 100) throw new RangeError(`mix: expected weights that add up to 100, found ${makers.length}`);
  return makers;
}

/** Writes a journal to a new file, giving back after each block how far it is. An existing file is an error. */
export function* writeJournalSteps(path: string, plan: JournalPlan): Generator<Written> {
  const fd = openSync(path, "wx");
  const done: Written = { bytes: 0, entries: 0 };
  try {
    for (const block of journalBlocks(plan)) {
      writeWhole(fd, block.bytes);
      done.bytes += block.bytes.length;
      done.entries += block.entries;
      yield { ...done };
    }
  } finally {
    closeSync(fd);
  }
}

function writeWhole(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at);
}

/** Writes a journal to a new file in one go. `onProgress` is called after each block. */
export function writeJournal(path: string, plan: JournalPlan & { onProgress?(done: Written): void }): Written {
  let last: Written = { bytes: 0, entries: 0 };
  for (const done of writeJournalSteps(path, plan)) {
    last = done;
    plan.onProgress?.(done);
  }
  return last;
}
