// Encodes and decodes records: some bytes of one journal, with their place and what is needed to continue after them.

/** Some successive bytes of a file that is or was a journal, as `followBytes` of lane-journal yields them. */
export interface FleetRecord {
  /** The id of the journal: 1 to 64 letters, digits, `-` and `_`. Unique in the fleet, and always the same. */
  journal: string;
  /** The generation of the file, at least 1. */
  generation: number;
  /** Where the bytes begin, from the start of the file. */
  offset: number;
  /** At most 256 KiB. None in the announcement of an empty file. */
  bytes: Uint8Array;
  /** Whether the file ended after them when they were read. */
  endReached: boolean;
  /** If the generation begins with the bytes of an earlier one before an offset: that generation and that offset. */
  base?: { generation: number; offset: number };
  /** The generation in which the bytes of this one begin: itself, or that in which the bytes of its base begin. */
  root: number;
  /** Identifies the file and the bytes before the end of the record; see `BytesPosition` of lane-journal. */
  mark: { file: string; head: string; tail: string };
}

/** The position at which `followBytes` continues after a record. */
export interface RecordEnd {
  generation: number;
  offset: number;
  file: string;
  head: string;
  tail: string;
}

export const recordBytesMax = 256 * 1024;

/** More than the longest header of a valid record has. */
const headerBytesMax = 4096;

const version = 1;

/** Enough to tell two records apart that agree in everything else. */
const hashLettersMax = 16;
const lineFeed = 0x0a;

/** These characters have no meaning in the subjects and keys of any log. */
const journalPattern = /^[A-Za-z0-9_-]{1,64}$/;

export function isJournalId(value: unknown): value is string {
  return typeof value === "string" && journalPattern.test(value);
}

export function endOf({ generation, offset, bytes, mark }: FleetRecord): RecordEnd {
  return { generation, offset: offset + bytes.length, ...mark };
}

/**
 * Returns an id that is equal for two records with the same bytes of the same file. It contains the length: an
 * announcement without bytes and the first bytes of the file have the same offset, and a log that drops repeated ids
 * would drop the bytes. It contains the file and a hash, because two hosts may begin a generation in the same instant.
 */
export function messageIdOf({ journal, generation, offset, bytes, mark }: FleetRecord): string {
  return `${journal}:${generation}:${offset}:${bytes.length}:${mark.file}:${mark.tail.slice(0, hashLettersMax)}`;
}

/** Returns a line of JSON with the length of the bytes, and the bytes. Throws a `TypeError` for an invalid record. */
export function encodeRecord(record: FleetRecord): Uint8Array {
  const { bytes, ...fields } = record;
  const reason = findFault(record) ?? (bytes.length > recordBytesMax ? `${bytes.length} bytes` : undefined);
  if (reason !== undefined) throw new TypeError(`record: expected a valid one, found ${reason}`);
  const header = Buffer.from(`${JSON.stringify({ version, length: bytes.length, ...fields })}\n`);
  return Buffer.concat([header, bytes]);
}

export type Decoded = { ok: true; record: FleetRecord } | { ok: false; reason: string };

/** Returns the record, or says why the bytes are not one. What arrives from a log is never trusted. */
export function decodeRecord(encoded: Uint8Array): Decoded {
  const headerEnd = encoded.subarray(0, headerBytesMax).indexOf(lineFeed);
  if (headerEnd === -1) return { ok: false, reason: `no header in the first ${headerBytesMax} bytes` };
  const header = parseHeader(Buffer.from(encoded.subarray(0, headerEnd)).toString());
  if (header === undefined) return { ok: false, reason: "a header that is not a JSON object" };
  const { version: found, length, ...fields } = header;
  if (found !== version) return { ok: false, reason: `version ${JSON.stringify(found)}; expected ${version}` };
  const bytes = encoded.subarray(headerEnd + 1);
  if (length !== bytes.length || bytes.length > recordBytesMax) {
    return { ok: false, reason: `${bytes.length} bytes; the header says ${JSON.stringify(length)}` };
  }
  if (!isFields(fields)) return { ok: false, reason: findFault(fields) ?? "an invalid header" };
  return { ok: true, record: { ...fields, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) } };
}

type Fields = Omit<FleetRecord, "bytes">;

function isFields(value: { [key: string]: unknown }): value is Fields & { [key: string]: unknown } {
  return findFault(value) === undefined;
}

/** Returns what is wrong with the fields besides the bytes; undefined if nothing is. */
function findFault(fields: object): string | undefined {
  const { journal, generation, offset, endReached, base, root, mark }: { [key in keyof Fields]?: unknown } = fields;
  if (!isJournalId(journal)) return `the journal id ${JSON.stringify(journal)}`;
  if (!isCount(generation, 1)) return `the generation ${JSON.stringify(generation)}`;
  if (!isCount(offset, 0)) return `the offset ${JSON.stringify(offset)}`;
  if (typeof endReached !== "boolean") return `${JSON.stringify(endReached)} for whether the end was reached`;
  if (base !== undefined && !isBase(base, { generation, offset })) return `the base ${JSON.stringify(base)}`;
  if (!isCount(root, 1) || root > generation) return `the root ${JSON.stringify(root)}`;
  return isMark(mark) ? undefined : `the mark ${JSON.stringify(mark)}`;
}

/** A generation begins with the bytes of an earlier one, and its first record follows them. */
function isBase(value: unknown, record: { generation: number; offset: number }): boolean {
  if (!isObject(value)) return false;
  const { generation, offset } = value;
  return isCount(generation, 1) && generation < record.generation && isCount(offset, 1) && offset === record.offset;
}

function isMark(value: unknown): boolean {
  if (!isObject(value)) return false;
  return [value["file"], value["head"], value["tail"]].every((text) => typeof text === "string");
}

function isCount(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseHeader(text: string): { [key: string]: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    // A header that is not JSON is reported by the caller, like one of another kind.
    return undefined;
  }
}
