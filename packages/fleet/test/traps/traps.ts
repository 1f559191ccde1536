// Lists the faults that a copy of journals over a log falls into most easily: each as a change of one source that
// plants it, with the suite that fails then.

export interface Trap {
  /** What goes wrong. */
  fault: string;
  /** The source that is changed, from the root. */
  file: string;
  /** A text that the source contains once. */
  from: string;
  /** What it is replaced by. */
  to: string;
  /** The suite, from the root. */
  suite: string;
  /** The name of a test of the suite that fails, as its source has it. `%s` is any text. */
  test: string;
}

const fleet = "packages/fleet/test/fleet.test.ts";
const mirror = "packages/fleet/test/mirror.test.ts";
const shipper = "packages/fleet/test/shipper.test.ts";
const bytes = "test/read/follow/bytes.test.ts";
const resumed = "test/read/follow/bytes-resume.test.ts";

export const traps: readonly Trap[] = [
  {
    fault: "The id of a message lacks the length, so the announcement of a file and its first bytes have one id",
    file: "packages/fleet/src/record.ts",
    from: "{bytes.length}:",
    to: '{""}:',
    suite: "packages/fleet/test/record.test.ts",
    test: "has an id with its length, so that an announcement and the first bytes differ",
  },
  {
    fault: "The answer that a message is a duplicate is trusted",
    file: "packages/fleet/src/jetstream-log.ts",
    from: "if (!ack.duplicate) return;",
    to: "if (ack.seq > 0) return;",
    suite: "packages/fleet/test/jetstream-log.test.ts",
    test: "stores a record again if the server only remembers its id, and is not waited for if it was purged",
  },
  {
    fault: "A new file is shown before its end has arrived",
    file: "packages/fleet/src/mirror.ts",
    from: "copy.gap === undefined && record.endReached",
    to: "copy.gap === undefined",
    suite: fleet,
    test: "never shows half a file: a compacted one replaces the old one when its end has arrived",
  },
  {
    fault: "A file that was cut back is shown only once its end has arrived",
    file: "packages/fleet/src/mirror.ts",
    from: "isComplete: isKnown && from.isComplete",
    to: "isComplete: false",
    suite: mirror,
    test: "shows a file that was cut back at once, before its end has arrived",
  },
  {
    fault: "Records are appended to the copy as they arrive, wherever their bytes belong",
    file: "packages/fleet/src/mirror.ts",
    from: "writeAt(copy.fd, record.bytes, record.offset);",
    to: "writeAt(copy.fd, record.bytes, copy.bytes);",
    suite: mirror,
    test: "keeps the bytes when a record arrives again, in part or within another one",
  },
  {
    fault: "Bytes behind a gap are applied",
    file: "packages/fleet/src/mirror.ts",
    from: "if (record.offset > copy.bytes) {",
    to: "if (record.offset < 0) {",
    suite: fleet,
    test: "says what is missing when the log has lost records, and applies no bytes behind the gap",
  },
  {
    fault: "Records of an older file are applied after those of a newer one",
    file: "packages/fleet/src/mirror.ts",
    from: "if (record.generation < this.#newest) return;",
    to: "",
    suite: mirror,
    test: "ignores records of an older file that arrive late",
  },
  {
    fault: "The shipper continues after the newest record, although the log lacks what precedes it",
    file: "packages/fleet/src/shipper.ts",
    from: "if (!isWhole(newest, oldest)) return undefined;",
    to: "",
    suite: shipper,
    test: "copies the file again if the log has its end, but no longer its beginning",
  },
  {
    fault: "The position of the newest record is trusted: another file at the journal's path is continued",
    file: "src/read/byte-source.ts",
    from: "if (file !== this.#identify()) return false;",
    to: "",
    suite: resumed,
    test: "in a file that %s meanwhile yields all of it, as a further generation",
  },
  {
    fault: "The position of the newest record is trusted: the bytes before it may be others by now",
    file: "src/read/byte-source.ts",
    from: "if (hashOf(first) !== head || hashOf(last) !== tail) return false;",
    to: "",
    suite: resumed,
    test: "in a file that %s meanwhile yields all of it, as a further generation",
  },
  {
    fault: "An append that was taken back is not noticed",
    file: "src/read/byte-source.ts",
    from: "if (!found.subarray(0, mark.length).equals(mark)) return undefined;",
    to: "",
    suite: bytes,
    test: "a file that is %s is a generation without a base",
  },
  {
    fault: "An empty file that replaces the journal is not announced",
    file: "src/read/follow-bytes.ts",
    from: "this.#isBegun = false;\n    this.#isDue = true;",
    to: "this.#isBegun = false;\n    this.#isDue = false;",
    suite: bytes,
    test: "by another file is read from its start, even if that is empty",
  },
  {
    fault: "The number of a generation is the clock's alone, which may go back",
    file: "src/read/follow-bytes.ts",
    from: "Math.max(this.#generation + 1, Date.now())",
    to: "Date.now()",
    suite: resumed,
    test: "goes on from a generation that the clock has not reached",
  },
  {
    fault: "A file leaves the slot before the log has what follows it",
    file: "packages/fleet/src/shipper.ts",
    from: "let retryMs = retryMsMin;\n    while",
    to: "for (const path of piece.removable) rmSync(path);\n    let retryMs = retryMsMin;\n    while",
    suite: shipper,
    test: "leaves a compacted file in the slot until the log has the beginning of the next one",
  },
  {
    fault: "A record that the log refused is not appended again",
    file: "packages/fleet/src/shipper.ts",
    from: "return false;\n    }\n  }",
    to: "return true;\n    }\n  }",
    suite: shipper,
    test: "appends a record again that the log refused, before it appends later ones",
  },
  {
    fault: "Two shippers with one id are not noticed",
    file: "packages/fleet/src/shipper.ts",
    from: "!this.#own.has(messageIdOf(newest.record))",
    to: "this.#own.size < 0",
    suite: fleet,
    test: "ends a shipper whose id another one uses, and says so",
  },
  {
    fault: "A log that was deleted is not filled again",
    file: "packages/fleet/src/shipper.ts",
    from: "if (isLost && this.#hasStored) throw new LogLost();",
    to: "",
    suite: fleet,
    test: "survives that the log is deleted: the shipper copies everything again",
  },
  {
    fault: "A view stops at a log that was deleted",
    file: "packages/fleet/src/fleet.ts",
    from: "if (!(error instanceof LogResetError)) throw error;",
    to: "throw error;",
    suite: fleet,
    test: "survives that the log is deleted: the shipper copies everything again",
  },
];
