// Checks which check values a scan judges, and how (docs/format.md 13).
import { describe, expect, it } from "vitest";
import { replay, type Scan, scan } from "../../src/index.js";
import { checkedLines } from "../generate/oracle-checks.js";
import { engines } from "../support/engines.js";
import { brokenLine, writeJournal } from "./journals.js";

const text = (lane: string): string => `{"lane": "${lane}", "loop_ts": "T", "op": "ACQUIRE"}`;
const plain = (lane: string): string => `${text(lane)}\n`;

/** A journal to which writers with and without values append. */
class Growing {
  bytes = Buffer.alloc(0);

  add(bytes: string | Buffer): this {
    this.bytes = Buffer.concat([this.bytes, Buffer.from(bytes)]);
    return this;
  }

  /** Appends lines with values. Their writer saw only the first `known` bytes. */
  addChecked(lanes: string[], known = this.bytes.length): this {
    return this.add(checkedLines(this.bytes.subarray(0, known), ...lanes.map(text)));
  }
}

describe.each(engines)("the check values that the %s engine judges", (engine) => {
  const judge = (bytes: string | Buffer): Pick<Scan, "badChecks" | "checked"> => {
    const { badChecks, checked } = scan(writeJournal(bytes), { engine });
    return { badChecks, checked };
  };
  const expectSound = ({ bytes }: Growing, values: number): void => {
    const { badChecks, checked } = judge(bytes);
    expect(badChecks).toEqual({ count: 0, first: [] });
    expect(checked.values).toBe(values);
  };

  it("have exactly the form of the contract", () => {
    const whole = `{"op": "HALT", "seq": 1, "~": "1cd773b4 0 17"}
from elsewhere
{"op": "HALT", "seq": 2, "~": "0f0577b2 27 17"}
`;
    expect(judge(whole)).toEqual({
      badChecks: { count: 0, first: [] },
      checked: { values: 2, bytes: whole.lastIndexOf(", ") },
    });
  });

  it.each([
    ["in another place", '{"~": "ee05c83f 0 17", "op": "HALT"}\n'],
    ["in a lease", '{"lease": {"op": 1, "~": "ee05c83f 0 17"}}\n'],
    ["with another separator", '{"op": "HALT","~": "ee05c83f 0 17"}\n'],
    ["with a blank after the line", '{"op": "HALT", "~": "ee05c83f 0 17"} \n'],
    ["with CR LF", '{"op": "HALT", "~": "ee05c83f 0 17"}\r\n'],
    ["with capital digits", '{"op": "HALT", "~": "EE05C83F 0 17"}\n'],
    ["with seven digits", '{"op": "HALT", "~": "e05c83f 0 17"}\n'],
    ["with nine digits", '{"op": "HALT", "~": "0ee05c83f 0 17"}\n'],
    ["with a leading zero", '{"op": "HALT", "~": "ee05c83f 00 17"}\n'],
    ["without bytes of its own", '{"op": "HALT", "~": "ee05c83f 17 0"}\n'],
    ["with a number of 14 digits", '{"op": "HALT", "~": "ee05c83f 0 10000000000000"}\n'],
    ["with another key", '{"op": "HALT", "^": "ee05c83f 0 17"}\n'],
    ["as a number", '{"op": "HALT", "~": 17}\n'],
    ["as a text", '{"op": "HALT", "~": "text"}\n'],
    ["without anything before it", '"~": "ee05c83f 0 17"}\n'],
    ["escaped in a text", '{"op": "HALT, \\"~\\": \\"ee05c83f 0 17\\""}\n'],
  ])("are none %s", (_what, line) => {
    expect(judge(line + plain("a"))).toEqual({
      badChecks: { count: 0, first: [] },
      checked: { values: 0, bytes: 0 },
    });
  });

  it("change no lease", () => {
    const checked = new Growing().add(plain("a")).addChecked(["b", "c"]).bytes;
    const without = plain("a") + plain("b") + plain("c");
    expect(replay(writeJournal(checked), { engine })).toEqual(replay(writeJournal(without), { engine }));
  });

  it.each([
    ["an empty file", ""],
    ["a byte order mark", "\ufeff"],
    ["lines of other writers", plain("a") + plain("b")],
    ["a torn line", `${plain("a")}{"op": "ACQ`],
    ["a damaged line", `${brokenLine}\n`],
    ["blank lines", "\n \n"],
  ])("cover all that was there before the first one: %s", (_what, before) => {
    const journal = new Growing().add(before).addChecked(["c"]);
    expectSound(journal, 1);
    const from = before.startsWith("\ufeff") ? 3 : 0;
    expect(judge(journal.bytes).checked.bytes).toBe(journal.bytes.lastIndexOf(", ") - from);
  });

  it("cover the lines of other writers and torn lines in between, and several lines of one append", () => {
    const journal = new Growing().addChecked(["a", "b", "c"]).add(plain("d")).addChecked(["e"]).add('{"lane": "f');
    expectSound(journal.addChecked(["g", "h"]).add(plain("i")), 6);
  });

  it("go on after a complete line that lost its LF", () => {
    const journal = new Growing().addChecked(["a"]);
    journal.bytes = journal.bytes.subarray(0, -1);
    expectSound(journal, 0);
    expectSound(journal.addChecked(["b"]), 2);
  });

  it("leave bytes that came in between to the next one", () => {
    const journal = new Growing().addChecked(["a"]);
    const known = journal.bytes.length;
    journal.add(plain("b")).addChecked(["c", "d"], known);
    expectSound(journal, 3);
    const end = journal.bytes.lastIndexOf(", ");
    expect(judge(journal.bytes).checked.bytes).toBeLessThan(end);
    journal.addChecked(["e"]);
    expectSound(journal, 4);
    expect(judge(journal.bytes).checked.bytes).toBe(journal.bytes.lastIndexOf(", "));
  });

  it("are right if two writers did not know of each other", () => {
    const journal = new Growing().addChecked(["a"]);
    const known = journal.bytes.length;
    expectSound(journal.addChecked(["b", "c"], known).addChecked(["d"], known).addChecked(["e"]), 5);
    expect(judge(journal.bytes).checked.bytes).toBe(journal.bytes.lastIndexOf(", "));
  });

  it("are right if two writers begin the journal at once", () => {
    expectSound(new Growing().addChecked(["a"]).addChecked(["b"], 0).addChecked(["c"]), 3);
  });

  it("are right after part of a line that another writer left just before them", () => {
    const journal = new Growing().addChecked(["a"]);
    const known = journal.bytes.length;
    expectSound(journal.add('{"lane": "b').addChecked(["c"], known).addChecked(["c", "d"]), 4);
  });

  it("are wrong for a line that is there twice", () => {
    const journal = new Growing().addChecked(["a", "b"]);
    const line = journal.bytes.subarray(journal.bytes.indexOf("\n") + 1);
    const { badChecks } = judge(Buffer.concat([journal.bytes, line]));
    expect(badChecks.count).toBe(1);
    expect(badChecks.first[0]?.to).toEqual({ line: 2, offset: journal.bytes.length + line.length - 1 });
  });

  it("name the stretch of the damage, and the next one is right again", () => {
    const journal = new Growing().addChecked(["a", "b"]).add(plain("x")).addChecked(["c", "d"]).bytes;
    const at = journal.indexOf('"x"') + 1;
    journal.write("y", at);
    const from = { line: 1, offset: journal.indexOf(', "~"', journal.indexOf('"b"')) };
    const to = { line: 3, offset: journal.indexOf("\n", journal.indexOf('"c"')) };
    expect(judge(journal).badChecks).toEqual({ count: 1, first: [{ from, to }] });
    expect(replay(writeJournal(journal), { engine })).toHaveLength(5);
  });

  it("judge a damaged line too", () => {
    const journal = new Growing().addChecked(["a", "b", "c"]).bytes;
    journal.write("[", journal.indexOf("{", 1));
    const { badChecks, corrupt } = scan(writeJournal(journal), { engine });
    expect([badChecks.count, corrupt.count]).toEqual([1, 1]);
  });

  it("are not judged in a last line that is open", () => {
    const journal = new Growing().addChecked(["a", "b"]).bytes;
    journal.write("[", journal.indexOf("{", 1));
    expect(judge(journal).checked.values).toBe(1);
    expect(judge(journal.subarray(0, -1)).checked.values).toBe(1);
    expect(judge(`${journal}\n`).badChecks.count).toBe(1);
  });

  it("are listed up to 1,000, and counted", () => {
    const wrong = '{"op": "HALT", "~": "00000000 0 1"}\n'.repeat(1_001);
    const { badChecks } = judge(wrong);
    expect([badChecks.count, badChecks.first.length]).toEqual([1_001, 1_000]);
  });
});
