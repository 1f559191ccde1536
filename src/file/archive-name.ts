// Names the files of an archive folder, so that the names of one journal's archives sort in the order of their entries
// (docs/format.md 7, "Archives").
import { basename, extname } from "node:path";
import { instantOf } from "../core/stamp.js";
import { journalNowIso } from "./path.js";

/** The digits of the highest number, so that names sort by it. */
const numberDigits = 16;

export interface ArchiveName {
  /** The journal's name, with its extension. */
  journal: string;
  /** The number of the journal's next entry when it was archived; undefined in names of version 0.1.0. */
  nextSeq: number | undefined;
  /** When the journal was archived, in milliseconds since 1970-01-01 UTC. */
  atMs: number;
}

/**
 * For example `journal.n0000000000004712-20260304T050607Z-0a1b2c3d.jsonl`. The number comes first: unlike the clock,
 * it never goes back. Two compactions between which no entry was appended have the same, and sort by the milliseconds
 * at the start of the last part. `random` is its rest, five hexadecimal digits.
 */
export function formatArchiveName(journal: string, nextSeq: number, at: Date, random: string): string {
  const extension = extname(journal);
  const number = String(nextSeq).padStart(numberDigits, "0");
  const stamp = journalNowIso(at).replace(/[-:]/g, "");
  const milliseconds = at.getUTCMilliseconds().toString(16).padStart(3, "0");
  return `${basename(journal, extension)}.n${number}-${stamp}-${milliseconds}${random}${extension}`;
}

/** Without a number in names of version 0.1.0, which sort before all others because a digit is less than `n`. */
const pattern = /^(.{1,255})\.(?:n(\d{16})-)?(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{8}(\.[^.]{0,255})?$/;

/** Returns undefined for a name that no compaction gives. */
export function readArchiveName(name: string): ArchiveName | undefined {
  const [, stem, number, year, month, day, hour, minute, second, extension = ""] = pattern.exec(name) ?? [];
  if (stem === undefined) return undefined;
  const atMs = instantOf(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(atMs)) return undefined;
  return { journal: `${stem}${extension}`, nextSeq: number === undefined ? undefined : Number(number), atMs };
}
