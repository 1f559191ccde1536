// Generates the files that users have at the path of the journal, by name.
import { gzipSync } from "node:zlib";

const acquireA =
  '{"lane": "a", "lease": {"lane": "a", "loop_ts": "T1", "pid": 7}, "loop_ts": "T1", "op": "ACQUIRE", "seq": 1}';
const acquireB = '{"lane": "b", "lease": {"lane": "b"}, "loop_ts": "T2", "op": "ACQUIRE", "seq": 2}';
const acquireC = '{"lane": "c", "lease": {"lane": "c"}, "loop_ts": "T3", "op": "ACQUIRE", "seq": 3}';
const releaseA = '{"lane": "a", "loop_ts": "T1", "op": "RELEASE", "seq": 3}';
const halt = '{"op": "HALT", "seq": 3}';

const entries = [acquireA, acquireB, releaseA];
const lines = entries.map((entry) => `${entry}\n`).join("");
const parsed: unknown[] = entries.map((entry) => JSON.parse(entry));

/** A frame header and one raw block of four bytes, which a compressor may write. */
const zstd = Buffer.from("28b52ffd2004210000616263640a", "hex");

export interface ForeignCase {
  name: string;
  bytes: Buffer;
  /** A part of the error message. */
  looksLike: string;
}

/** Files without any entry that are more than a torn tail. */
export const foreignCases: readonly ForeignCase[] = [
  { name: "a compressed journal", bytes: gzipSync(lines), looksLike: "gzip-compressed data" },
  { name: "a journal compressed by zstd", bytes: zstd, looksLike: "zstd-compressed data" },
  { name: "a JSON array", bytes: Buffer.from(`${JSON.stringify(parsed)}\n`), looksLike: "a JSON array" },
  { name: "a JSON array without a LF", bytes: Buffer.from(JSON.stringify(parsed)), looksLike: "a JSON array" },
  {
    name: "a JSON array over many lines",
    bytes: Buffer.from(`${JSON.stringify(parsed, null, 2)}\n`),
    looksLike: "a JSON array",
  },
  {
    name: "a JSON object over many lines",
    bytes: Buffer.from(`${JSON.stringify(parsed[0], null, 2)}\n`),
    looksLike: "JSON over several lines",
  },
  {
    name: "UTF-16 with a byte order mark",
    bytes: Buffer.from(`\ufeff${lines.replaceAll("\n", "\r\n")}`, "utf16le"),
    looksLike: "UTF-16 text",
  },
  { name: "UTF-16 without a mark", bytes: Buffer.from(lines, "utf16le"), looksLike: "UTF-16 text" },
  { name: "UTF-16, big end first", bytes: Buffer.from(lines, "utf16le").swap16(), looksLike: "UTF-16 text" },
  { name: "lines that end in CR", bytes: Buffer.from(lines.replaceAll("\n", "\r")), looksLike: "lines that end in CR" },
  {
    name: "a Git LFS pointer",
    bytes: Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${"4d".repeat(32)}\nsize 356\n`),
    looksLike: "a Git LFS pointer",
  },
  { name: "other data", bytes: Buffer.from("7f454c46020100ff", "hex"), looksLike: "the bytes 7f 45 4c 46 02 01 00 ff" },
  { name: "prose", bytes: Buffer.from("Dear all,\nlanes a and b\n"), looksLike: 'text that begins with "Dear all,' },
  { name: "values that are no objects", bytes: Buffer.from("17\nnull\n"), looksLike: 'text that begins with "17' },
  { name: "a damaged line with its LF", bytes: Buffer.from('{"op": "ACQ\n'), looksLike: "text that begins with" },
  { name: "a damaged line without its LF", bytes: Buffer.from('{"op": ACQ'), looksLike: "text that begins with" },
  { name: "a damaged line and a torn one", bytes: Buffer.from('{"op": "ACQ\n{"op'), looksLike: "text that begins" },
  { name: "NUL bytes that are a line", bytes: Buffer.from("\0\0\0\n"), looksLike: "the bytes 00 00 00 0a" },
];

/** Files without any entry that are read as empty journals. */
export const hollowCases: readonly { name: string; bytes: Buffer }[] = [
  { name: "no byte", bytes: Buffer.alloc(0) },
  { name: "a byte order mark", bytes: Buffer.from("\ufeff") },
  { name: "blank lines", bytes: Buffer.from("\n \t\r\n\r\n ") },
  { name: "the beginning of an entry", bytes: Buffer.from('{"op": "ACQUIRE", "lane": "to') },
  { name: "blank lines before the beginning of an entry", bytes: Buffer.from('\n\r\n{"op": "ACQUIRE", "lane": "to') },
  { name: "the beginning of an entry and NUL bytes", bytes: Buffer.from('{"op": "ACQUI\0\0\0\0') },
  { name: "a whole entry whose LF became NUL bytes", bytes: Buffer.from(`${acquireA}\0\0\0`) },
  { name: "NUL bytes", bytes: Buffer.alloc(3000) },
];

export interface DamagedCase {
  name: string;
  bytes: Buffer;
  /** The lanes whose leases are live. */
  lanes: string[];
  sentinels: number;
  tornTail: { terminated: boolean; damaged: boolean } | null;
}

/** Journals with damage between or after their entries. */
export const damagedCases: readonly DamagedCase[] = [
  {
    name: "conflict markers of git",
    bytes: Buffer.from(
      [acquireA, "<<<<<<< HEAD", acquireB, "=======", acquireC, ">>>>>>> theirs"].map((line) => `${line}\n`).join(""),
    ),
    lanes: ["a", "b", "c"],
    sentinels: 2,
    tornTail: { terminated: true, damaged: true },
  },
  {
    name: "zeros after a power cut",
    bytes: Buffer.concat([Buffer.from(`${acquireA}\n${acquireB}\n`), Buffer.alloc(3000)]),
    lanes: ["a", "b"],
    sentinels: 0,
    tornTail: { terminated: false, damaged: false },
  },
  {
    name: "zeros, then an entry of another writer in the same line",
    bytes: Buffer.concat([Buffer.from(`${acquireA}\n`), Buffer.alloc(3000), Buffer.from(`${acquireB}\n`)]),
    lanes: ["a"],
    sentinels: 0,
    tornTail: { terminated: true, damaged: true },
  },
  {
    name: "an entry spliced into another",
    bytes: Buffer.from(`${acquireA.slice(0, 38)}${acquireB}\n${halt}\n`),
    lanes: [],
    sentinels: 1,
    tornTail: null,
  },
  {
    name: "two entries without a LF between them",
    bytes: Buffer.from(`${acquireC}\n${acquireA}${acquireB}\n${halt}\n`),
    lanes: ["c"],
    sentinels: 1,
    tornTail: null,
  },
  {
    name: "CR LF line ends, one of which lost its LF",
    bytes: Buffer.from(`${acquireA}\r\n${acquireB}\r${acquireC}\r\n${halt}\n`),
    lanes: ["a"],
    sentinels: 1,
    tornTail: null,
  },
  {
    name: "a tail of another program's",
    bytes: Buffer.from(`${acquireA}\nkilled: 9`),
    lanes: ["a"],
    sentinels: 0,
    tornTail: { terminated: false, damaged: true },
  },
];
