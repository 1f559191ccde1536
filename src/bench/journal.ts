// Generates a journal from a number of entries, a seed and a profile; the result is always the same, byte for byte.
//
// In the profile `fleet`, on which all figures are based, a hundred lines are: 67 HEARTBEAT, 7 ACQUIRE with a nested
// lease (one of them rewrites a live lease), 6 RELEASE or SCAVENGE, 8 REFUSE, 7 ENFORCE with a nested proposal (half of
// them with text beyond ASCII), and 5 ATTEMPT, SPAWN or ADOPT. A line has about 281 bytes. profiles.ts lists the other
// profiles.
import { closeSync, openSync, writeSync } from "node:fs";
import { Fleet } from "./fleet.js";
import { type LineKind, lineMakers } from "./lines.js";
import { type Profile, type ProfileName, profiles } from "./profiles.js";
import { drawFrom } from "./random.js";

export interface JournalPlan {
  /** The number of lines to generate. Each is an entry unless the profile damages it. */
  entries: number;
  /** A whole number. Default 1. */
  seed?: number;
  /** The kind of journal. Default `fleet`. */
  profile?: ProfileName;
}

/** The progress of writing a journal. */
export interface Written {
  bytes: number;
  entries: number;
}

/** A part of a journal that ends at the end of a line. */
export interface Block {
  bytes: Buffer;
  entries: number;
}

/** Large enough for few writes, small enough for the processor's cache. A longer line is a block of its own. */
const blockBytes = 1 << 20;

/** Text is joined up to this length before it becomes bytes, because long ropes of pieces outlive the young heap. */
const joinedBytesMin = 1 << 14;

/** Yields the journal in blocks of about a megabyte. */
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

/** Writes a journal to a new file and yields the progress after each block. Throws if the file exists. */
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

/** Writes a whole journal to a new file. Calls `onProgress` after each block. */
export function writeJournal(path: string, plan: JournalPlan & { onProgress?(done: Written): void }): Written {
  let last: Written = { bytes: 0, entries: 0 };
  for (const done of writeJournalSteps(path, plan)) {
    last = done;
    plan.onProgress?.(done);
  }
  return last;
}
