// Places lines across the borders of the blocks that readers use, at every alignment: they must be read like any other
// line.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readAll, scan, tail } from "../../src/index.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const path = join(makeFolder("hostile-borders"), "journal.jsonl");
const mark = Buffer.from([0xef, 0xbb, 0xbf]);
const crossing = Buffer.from(
  '{"op": "ACQUIRE", "lane": "é日😀", "k\\"\\\\\\u00e9": [1.5, NaN, "\\ud83d\\ude00"], "seq": 7}\r\n\n',
);
const expected = { op: "ACQUIRE", lane: "é日😀", 'k"\\é': [1.5, NaN, "😀"], seq: 7 };

afterAll(removeFolders);

/** Returns an entry of exactly this many bytes, including its LF. */
function padding(bytes: number): Buffer {
  const line = Buffer.alloc(bytes, "p");
  line.write('{"op": "PAD", "pad": "', 0);
  line.write('"}\n', bytes - 3);
  return line;
}

const borders = [4096, 65_536, 262_144, 1_048_576];
/** From two bytes after the border for the line's first byte to two bytes before it for its last. */
const shifts = Array.from({ length: crossing.length + 5 }, (_, i) => 2 - i);

describe.each(engines)("a line across a border of blocks under the %s engine", (engine) => {
  it.each(borders)(
    "is read at every alignment to byte %i from the start",
    (border) => {
      for (const shift of shifts) {
        writeFileSync(path, Buffer.concat([padding(border + shift), crossing, padding(200)]));
        expect(readAll(path, { engine })[1], `shift ${shift}`).toEqual(expected);
        expect(scan(path, { engine }), `shift ${shift}`).toMatchObject({
          entries: 3,
          lines: 4,
          corrupt: { count: 0 },
          nextSeq: 8,
        });
      }
    },
    120_000,
  );

  it.each(borders)(
    "is read at every alignment to byte %i from the end",
    (border) => {
      for (const shift of shifts) {
        writeFileSync(path, Buffer.concat([padding(200), crossing, padding(border + shift)]));
        expect(tail(2, path, { engine })[0], `shift ${shift}`).toEqual(expected);
        expect(tail(3, path, { engine }).map(({ op }) => op)).toEqual(["PAD", "ACQUIRE", "PAD"]);
      }
    },
    120_000,
  );

  it.each(borders)(
    "may end or be torn at every alignment to byte %i",
    (border) => {
      for (const shift of shifts) {
        const start = border + shift;
        const whole = Buffer.concat([padding(start), crossing]);
        writeFileSync(path, whole.subarray(0, border + 1));
        const seen = border + 1 - start;
        const object = crossing.length - 3;
        const { entries, tornTail } = scan(path, { engine });
        expect([shift, entries]).toEqual([shift, seen >= object ? 2 : 1]);
        expect([shift, tornTail]).toEqual([
          shift,
          seen > 0 && seen < object ? { line: 1, offset: start, terminated: false, damaged: false } : null,
        ]);
      }
    },
    120_000,
  );

  it.each(borders)("keeps its place after a byte order mark, at byte %i", (border) => {
    for (const shift of [-2, -1, 0, 1, 2]) {
      writeFileSync(path, Buffer.concat([mark, padding(border + shift), Buffer.from("half\n"), crossing]));
      expect(scan(path, { engine }).corrupt.first, `shift ${shift}`).toEqual([{ line: 1, offset: 3 + border + shift }]);
      expect(tail(1, path, { engine })).toEqual([expected]);
    }
  });

  it.each(borders)("is distinguished from a blank or damaged neighbour that fills the block of %i", (border) => {
    for (const size of [border - 2, border - 1, border, border + 1, border + 2]) {
      writeFileSync(path, Buffer.concat([Buffer.alloc(size, " "), Buffer.from("\n"), crossing]));
      expect(scan(path, { engine }), `${size} blanks`).toMatchObject({ entries: 1, lines: 3, corrupt: { count: 0 } });
      writeFileSync(path, Buffer.concat([Buffer.alloc(size), Buffer.from("\n"), crossing]));
      expect(scan(path, { engine }), `${size} NULs`).toMatchObject({ entries: 2, lines: 3, corrupt: { count: 1 } });
    }
  });
});
