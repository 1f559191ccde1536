// Adds check values to lines that are about to be appended (docs/format.md 13), and remembers what no value covers yet,
// so that an append reads only what others have added.
import { crc32 } from "node:zlib";
import { type CheckValue, withCheckValue } from "../core/check-value.js";
import { type CheckSource, Checks } from "../core/checks.js";
import { byteOrderMarkBytes, hasByteOrderMark, lineBytesMax } from "../core/lines.js";

/** The journal that the lines are appended to. */
export interface CheckedFile {
  readonly identity: string;
  /** Reads up to `into.length` bytes; returns the part of `into` that was filled. */
  read(into: Uint8Array, position: number): Uint8Array;
}

interface Known {
  identity: string;
  checks: Checks;
  /** Where the lines end that were taken. */
  offset: number;
  /** The last bytes before it, by which a file is recognised that was cut and grew again. */
  mark: Buffer;
}

const blockBytes = 1024 * 1024;
const markBytes = 512;
const lineFeed = 0x0a;

/** No line of a value is longer than one without by more than this. */
const valueBytesMax = 46;

export class CheckedEnd {
  #known: Known | undefined;

  /**
   * Returns the bytes of the lines with their values, to be appended to a file of `size` bytes. `lineFeed`: they begin
   * with an LF, because the file does not end with one.
   */
  bytesOf(file: CheckedFile, lines: readonly string[], size: number, beginsWithLf: boolean): Buffer {
    const source = sourceOf(file);
    let { seen, sum } = this.#pendingAt(file, size, source);
    const parts = lines.map((line, at) => {
      const text = at === 0 && beginsWithLf ? `\n${line}` : line;
      const own = Buffer.from(text.slice(0, -2));
      const whole = canHaveValue(line)
        ? ended(text, { crc: crc32(own, sum), seen, own: own.length })
        : Buffer.from(text);
      const isChecked = canHaveValue(line);
      // What the next line of this append covers besides itself.
      const rest = isChecked ? whole.subarray(own.length) : whole;
      seen = isChecked ? rest.length : seen + rest.length;
      sum = crc32(rest, isChecked ? 0 : sum);
      return whole;
    });
    return Buffer.concat(parts);
  }

  /** Records that the bytes were appended to the file of `size` bytes, and that nothing came in between. */
  appended(file: CheckedFile, bytes: Buffer, size: number): void {
    const known = this.#known;
    if (known?.identity !== file.identity || known.offset !== size) return;
    this.#take(known, bytes, sourceOf(file));
  }

  /** Returns how many bytes no value covers that the file has up to `size`, and their CRC-32. */
  #pendingAt(file: CheckedFile, size: number, source: CheckSource): { seen: number; sum: number } {
    const known = this.#readOn(file, size, source);
    if (known.offset === size) return pendingOf(known.checks, size, source);
    // A torn line. It may be cut off again, so it is not taken for good.
    const checks = new Checks(known.checks.state);
    const tail = Buffer.from(file.read(Buffer.allocUnsafe(size - known.offset), known.offset));
    checks.take(Buffer.concat([tail, Buffer.of(lineFeed)]), { line: 0, offset: known.offset }, source);
    return pendingOf(new Checks(checks.state), size, source);
  }

  /** Takes the whole lines that the file has up to `size`. */
  #readOn(file: CheckedFile, size: number, source: CheckSource): Known {
    const known = this.#sameFile(file, size) ?? begun(file);
    this.#known = undefined;
    let wanted = blockBytes;
    while (known.offset < size) {
      const room = Buffer.allocUnsafe(Math.min(wanted, size - known.offset));
      const bytes = Buffer.from(file.read(room, known.offset));
      const end = bytes.lastIndexOf(lineFeed) + 1;
      if (end > 0) this.#take(known, bytes.subarray(0, end), source);
      else if (bytes.length < wanted) break;
      wanted = end > 0 ? blockBytes : wanted * 4;
    }
    this.#known = known;
    return known;
  }

  #take(known: Known, bytes: Buffer, source: CheckSource): void {
    known.checks.take(bytes, { line: 0, offset: known.offset }, source);
    known.offset += bytes.length;
    known.mark = Buffer.concat([known.mark, bytes.subarray(-markBytes)]).subarray(-markBytes);
  }

  #sameFile(file: CheckedFile, size: number): Known | undefined {
    const known = this.#known;
    if (known?.identity !== file.identity || known.offset > size) return undefined;
    const found = file.read(Buffer.allocUnsafe(known.mark.length), known.offset - known.mark.length);
    return known.mark.equals(found) ? known : undefined;
  }
}

/** A process rarely writes more than one journal. */
const filesMax = 64;

/** The ends of the files that a process appends to. */
export class CheckedEnds {
  readonly #ends = new Map<string, CheckedEnd>();

  of({ identity }: CheckedFile): CheckedEnd {
    const found = this.#ends.get(identity);
    if (found !== undefined) return found;
    if (this.#ends.size === filesMax) this.#ends.clear();
    const end = new CheckedEnd();
    this.#ends.set(identity, end);
    return end;
  }
}

function begun(file: CheckedFile): Known {
  const checks = new Checks();
  const head = file.read(Buffer.alloc(byteOrderMarkBytes), 0);
  const offset = hasByteOrderMark(head) ? byteOrderMarkBytes : 0;
  checks.begin(offset);
  return { identity: file.identity, checks, offset, mark: Buffer.from(head.subarray(0, offset)) };
}

function pendingOf(checks: Checks, size: number, source: CheckSource): { seen: number; sum: number } {
  const ranges = checks.pendingUntil(size);
  return { seen: ranges.reduce((bytes, { from, to }) => bytes + to - from, 0), sum: checks.pendingSum(size, source) };
}

/**
 * A sentinel gets no value, because a compaction of the reference would copy it; an entry with a member `~` of its own
 * would have two; and a line must not become too long.
 */
function canHaveValue(line: string): boolean {
  if (line.includes('"~": ') || line === "{}\n") return false;
  if (line.includes('"_CORRUPT"') && /"op": "_CORRUPT"/.test(line)) return false;
  return line.length * 3 <= lineBytesMax || Buffer.byteLength(line) + valueBytesMax <= lineBytesMax;
}

function ended(text: string, value: CheckValue): Buffer {
  return Buffer.from(withCheckValue(text, value));
}

function sourceOf(file: CheckedFile): CheckSource {
  return { reread: (into, position) => into.subarray(0, file.read(into, position).length), crc32 };
}
