// Makes journals of lines that a program would hardly write, to find what costs more than its bytes
// (docs/faults.md, "Hostile lines, users and files").
//
// There are two tables: lines that are hostile as a whole, and values of every kind of JSON to be used in each field
// that the fold reads. Every text is a byte string: one character per byte.

/** Returns a JSON value of about this many bytes. `n` is the number of the line, so that values can differ by line. */
type MakeValue = (bytes: number, n: number) => string;

/** Repeats the item, with commas, to about this many bytes, at least once. */
function list(item: string, bytes: number): string {
  return Array<string>(Math.max(1, Math.floor(bytes / (item.length + 1))))
    .fill(item)
    .join(",");
}

/** Returns an object of about this many bytes with keys made from a number. */
function members(key: (i: number) => string, value: string, bytes: number): string {
  const made: string[] = [];
  for (let length = 0; length < bytes || made.length === 0; ) {
    const member = `"${key(made.length)}":${value}`;
    made.push(member);
    length += member.length + 1;
  }
  return `{${made.join(",")}}`;
}

/** Nests containers up to a thousand deep around a text, and repeats that if there is space. */
function nested(open: string, close: string, bytes: number): string {
  const depth = Math.min(1000, Math.max(1, Math.floor(bytes / (open.length + close.length + 1))));
  const one = `${open.repeat(depth)}"${"x".repeat(depth)}"${close.repeat(depth)}`;
  return `[${list(one, bytes)}]`;
}

const hostileValues = {
  "a plain string": (bytes) => `"${"x".repeat(bytes)}"`,
  "a string of escapes": (bytes) => `"${"\\n".repeat(bytes / 2)}"`,
  "a string of quotes": (bytes) => `"${'\\"'.repeat(bytes / 2)}"`,
  "a string of backslashes": (bytes) => `"${"\\\\".repeat(bytes / 2)}"`,
  "a string of unit escapes": (bytes) => `"${"\\u0041".repeat(bytes / 6)}"`,
  "a string of surrogate pairs": (bytes) => `"${"\\ud83d\\ude00".repeat(bytes / 12)}"`,
  "a string of lone surrogates": (bytes) => `"${"\\ud800".repeat(bytes / 6)}"`,
  "a string with one escape": (bytes) => `"${"x".repeat(bytes)}\\n"`,
  "a string of two-byte characters": (bytes) => `"${"\xc3\xa9".repeat(bytes / 2)}"`,
  "a string of three-byte characters": (bytes) => `"${"\xe2\x82\xac".repeat(bytes / 3)}"`,
  "a string of four-byte characters": (bytes) => `"${"\xf0\x9f\x98\x80".repeat(bytes / 4)}"`,
  "a string of ill-formed bytes": (bytes) => `"${"\xff".repeat(bytes)}"`,
  "a string of spaces": (bytes) => `"${" ".repeat(bytes)}"`,
  "a string of digits": (bytes) => `"${"1".repeat(bytes)}"`,
  "a number of digits": (bytes) => "1".repeat(Math.max(1, bytes)),
  "a fraction of digits": (bytes) => `0.${"1".repeat(bytes)}`,
  "a number with an exponent of digits": (bytes) => `1e-${"1".repeat(Math.max(1, bytes))}`,
  "a halfway number": (bytes) => `9007199254740993.${"0".repeat(bytes)}1`,
  "a word": () => "-Infinity",
  "an array of nothing": (bytes) => `[${list("null", bytes)}]`,
  "an array of NaN": (bytes) => `[${list("NaN", bytes)}]`,
  "an array of digits": (bytes) => `[${list("1", bytes)}]`,
  "an array of exponents": (bytes) => `[${list("1e3", bytes)}]`,
  "an array of fractions": (bytes) => `[${list("0.1234567890123456789", bytes)}]`,
  "an array of empty strings": (bytes) => `[${list('""', bytes)}]`,
  "an array of short strings": (bytes) => `[${list('"ab"', bytes)}]`,
  "an array of escaped strings": (bytes) => `[${list('"\\n"', bytes)}]`,
  "an array of empty arrays": (bytes) => `[${list("[]", bytes)}]`,
  "an array of empty objects": (bytes) => `[${list("{}", bytes)}]`,
  "an array of small objects": (bytes) => `[${list('{"a":1}', bytes)}]`,
  "an array of small leases": (bytes) => `[${list('{"lane":"a","loop_ts":"t"}', bytes)}]`,
  "arrays a thousand deep": (bytes) => nested("[", "]", bytes),
  "objects a thousand deep": (bytes) => nested('{"a":', "}", bytes),
  "objects a thousand deep with two members": (bytes) => nested('{"b":1,"a":', "}", bytes),
  "objects a thousand deep out of order": (bytes) => nested('{"b":1,"1":', "}", bytes),
  "an object of new keys": (bytes, n) => members((i) => `k${n}_${i}`, "1", bytes),
  "an object of the same keys": (bytes) => members((i) => `k${i}`, "1", bytes),
  "an object of array indexes": (bytes) => members((i) => `${i}`, "1", bytes),
  "an object of array indexes backwards": (bytes) => members((i) => `${4_000_000 - i}`, "1", bytes),
  "an object of spread array indexes": (bytes) => members((i) => `${i * 4096}`, "1", bytes),
  "an object of one key": (bytes) => members(() => "k", "1", bytes),
  "an object of escaped keys": (bytes) => members((i) => `\\n${i}`, "1", bytes),
  "an object of long keys alike": (bytes) => members((i) => `${"k".repeat(60)}${i}`, "1", bytes),
  "white space in an array": (bytes) => `[${" ".repeat(bytes)}1]`,
  "white space between elements": (bytes) => `[${list(" \t1\r ", bytes)}]`,
} satisfies { [kind: string]: MakeValue };

/** Every field that the fold, the numbering and the findings read, each as the only unusual member of an entry. */
const hostileFields = {
  op: (value) => `{"lane":"a","loop_ts":"t","op":${value},"seq":1}`,
  lane: (value) => `{"lane":${value},"loop_ts":"t","op":"ACQUIRE","seq":1}`,
  loop_ts: (value) => `{"lane":"a","loop_ts":${value},"op":"HEARTBEAT","seq":1,"ts":"2026-01-05T00:00:00Z"}`,
  "lane of a release": (value) => `{"lane":${value},"loop_ts":"t","op":"RELEASE","seq":1}`,
  ts: (value) => `{"lane":"a","loop_ts":"t","op":"HEARTBEAT","seq":1,"ts":${value}}`,
  heartbeat_at: (value) => `{"heartbeat_at":${value},"lane":"a","loop_ts":"t","op":"HEARTBEAT","seq":1}`,
  seq: (value) => `{"lane":"a","loop_ts":"t","op":"REFUSE","seq":${value}}`,
  seq_watermark: (value) => `{"lane":"a","loop_ts":"t","op":"REFUSE","seq_watermark":${value}}`,
  generation_watermark: (value) => `{"generation_watermark":${value},"lane":"a","loop_ts":"t","op":"ACQUIRE","seq":1}`,
  lease: (value) => `{"lane":"a","lease":${value},"loop_ts":"t","op":"ACQUIRE","seq":1}`,
  "a member of lease": (value) => `{"lane":"a","lease":{"tree":${value}},"loop_ts":"t","op":"ACQUIRE","seq":1}`,
  "reason of lease": (value) => `{"lane":"a","lease":{"reason":${value}},"loop_ts":"t","op":"ACQUIRE","seq":1}`,
  reason: (value) => `{"lane":"a","loop_ts":"t","op":"ACQUIRE","reason":${value},"seq":1}`,
  tree: (value) => `{"lane":"a","loop_ts":"t","op":"ACQUIRE","seq":1,"tree":${value}}`,
  holder: (value) => `{"holder":${value},"lane":"a","loop_ts":"t","op":"ADOPT","seq":1}`,
  ttl_minutes: (value) => `{"lane":"a","loop_ts":"t","op":"ACQUIRE","seq":1,"ttl_minutes":${value}}`,
  leases: (value) => `{"leases":${value},"op":"CHECKPOINT","seq":1}`,
  generations: (value) => `{"generations":${value},"op":"CHECKPOINT","seq":1}`,
  "a key that nothing reads": (value) => `{"op":"HEARTBEAT","note":${value}}`,
} satisfies { [field: string]: (value: string) => string };

/** Lines that are hostile as a whole, without their LF. */
const hostileLines = {
  "empty lines": () => "",
  "empty lines with CR": () => "\r",
  "blank lines": () => "   ",
  "empty objects": () => "{}",
  "empty arrays": () => "[]",
  digits: () => "1",
  "empty strings": () => '""',
  "one letter": () => "x",
  "one brace": () => "{",
  "one quote": () => '"',
  "NUL bytes": () => "\0",
  "ill-formed bytes": () => "\xff",
  "byte order marks": () => "\xef\xbb\xbf",
  "an op alone": () => '{"op":"HALT"}',
  "an op alone with CR": () => '{"op":"HALT"}\r',
  "a new key each": (n: number) => `{"k${n}":1}`,
  "a new key each, with op": (n: number) => `{"op":"HALT","k${n}":1}`,
  "a new key in each lease": (n: number) => `{"lane":"a","lease":{"k${n}":1},"loop_ts":"t","op":"ACQUIRE"}`,
  "a new lane each": (n: number) => `{"lane":"a${n}","op":"ACQUIRE"}`,
  "a new lane each, released": (n: number) => `{"lane":"a${n >> 1}","op":"${n % 2 === 0 ? "ACQUIRE" : "RELEASE"}"}`,
  "a new op each": (n: number) => `{"op":"o${n}"}`,
  "beats of nobody": (n: number) => `{"lane":"a${n}","op":"HEARTBEAT","ts":"2026-01-05T00:00:00Z"}`,
  "releases of nobody": (n: number) => `{"lane":"a${n}","op":"RELEASE"}`,
  "checkpoints of nothing": () => '{"op":"CHECKPOINT"}',
  "checkpoints of one lease": (n: number) => `{"leases":[{"lane":"a${n}"}],"op":"CHECKPOINT"}`,
  "repeated keys": () => '{"op":"HALT","op":"HALT","op":"HALT"}',
  "escaped keys": () => '{"\\u006fp":"HALT","l\\u0061ne":"a"}',
  "NaN each": () => '{"op":"HALT","v":NaN}',
  "Infinity each": () => '{"lane":"a","op":"ACQUIRE","ttl_minutes":-Infinity}',
  "unclosed objects": () => `{"op":"HALT","lane":"${"x".repeat(200)}"`,
  "damage at the end": () => `{"op":"HALT","lane":"${"x".repeat(200)}",}`,
  "damage in the middle": () => `{"op":"HALT" "lane":"${"x".repeat(200)}"}`,
  "an open string": () => `{"op":"HALT","lane":"${"x".repeat(200)}}`,
  "a bad escape": () => `{"op":"HALT","lane":"${"x".repeat(100)}\\x${"x".repeat(100)}"}`,
  "a control character": () => `{"op":"HALT","lane":"${"x".repeat(100)}\x01${"x".repeat(100)}"}`,
  "too deep": () => `${"[".repeat(1025)}${"]".repeat(1025)}`,
  "brackets only": () => "[".repeat(3000),
  "quotes only": () => '"'.repeat(3000),
  "backslashes only": () => `"${"\\".repeat(3001)}`,
  "escaped quotes without an end": () => `{"a":"${'\\"'.repeat(1500)}`,
  "strange damage of NaN": () => `[${list("NaN", 3000)}`,
  "words of damage": () => `{"a":NaN,"b":"${"x".repeat(3000)}",}`,
  "64 shapes with one prefix": (n: number) =>
    `{"${"p".repeat(300)}":1,"op":"HALT","k${n % 64}":${n % 3 === 0 ? "1" : '"x"'},"z${(n * 7) % 1000}":1}`,
} satisfies { [name: string]: (n: number) => string };

/** The default size of a value: much more than the rest of its entry, but not enough for an unusually long line. */
const valueBytesDefault = 6_000;

/** The fields that represent the others if not all are measured: each of them is read in a different way. */
const usualFields: readonly string[] = ["op", "lane", "seq", "ts", "lease", "leases", "a key that nothing reads"];

export interface HostileJournal {
  name: string;
  /** Returns the `n`th line, without its LF. */
  line(n: number): string;
}

export interface HostileOptions {
  /** Put the values into every field instead of only the usual ones. */
  all: boolean;
  /** The approximate size of a value. Default 6,000. */
  valueBytes?: number;
}

export function listHostile({ all, valueBytes = valueBytesDefault }: HostileOptions): HostileJournal[] {
  const lines = Object.entries(hostileLines).map(([name, line]) => ({ name, line }));
  const fields = Object.entries(hostileFields).filter(([field]) => all || usualFields.includes(field));
  const values = Object.entries(hostileValues).flatMap(([kind, make]: [string, MakeValue]) =>
    fields.map(([field, put]) => ({ name: `${kind} as ${field}`, line: (n: number) => put(make(valueBytes, n)) })),
  );
  return [...lines, ...values];
}

/** Generates about this many bytes of the journal's lines, and a sound last line, as an ordinary journal has. */
export function hostileBytes({ line }: HostileJournal, bytes: number): { bytes: Buffer; lines: number } {
  const parts: string[] = [];
  for (let length = 0; length < bytes; length += parts.at(-1)?.length ?? 0) parts.push(`${line(parts.length)}\n`);
  parts.push('{"op":"HALT"}\n');
  return { bytes: Buffer.from(parts.join(""), "latin1"), lines: parts.length };
}
