// Checks when text is coloured, that coloured text is escaped, and how wide text is on a terminal.
import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { createPaint, showsColour } from "../../src/cli/colour.js";
import { createOutput } from "../../src/cli/output.js";
import { printableStyled } from "../../src/cli/printable.js";
import { loadRuler } from "../../src/cli/width.js";

/** A terminal whose colours depend on the given environment, as those of `process.stdout` depend on the real one. */
function terminal(env: NodeJS.ProcessEnv): { isTTY: boolean; hasColors: () => boolean } {
  return { isTTY: true, hasColors: () => WriteStream.prototype.hasColors.call(undefined, 16, env) };
}

const red = "\u001b[31mx\u001b[39m";

describe("colours", () => {
  it.each([
    { where: "a terminal", stream: terminal({ TERM: "xterm-256color" }), shown: true },
    { where: "a terminal with NO_COLOR", stream: terminal({ TERM: "xterm-256color", NO_COLOR: "1" }), shown: false },
    { where: "a dumb terminal", stream: terminal({ TERM: "dumb" }), shown: false },
    { where: "a pipe", stream: {}, shown: false },
    { where: "a pipe that claims colours", stream: { hasColors: () => true }, shown: false },
  ])("are shown on $where: $shown", ({ stream, shown }) => {
    expect(showsColour(stream)).toBe(shown);
    expect(createPaint(stream)("red", "x")).toBe(shown ? red : "x");
  });

  it("surround escaped text only", () => {
    const paint = createPaint(terminal({ TERM: "xterm" }));
    expect(paint("red", "\u001b[31m\n")).toBe("\u001b[31m\\u001b[31m\\u000a\u001b[39m");
  });

  it("are all that the styled output passes on", async () => {
    const stream = new PassThrough();
    const output = createOutput(stream);
    await output.writeStyled(`${red}\u001b[2J\u001b[38;5;1m\n`);
    await output.write(red);
    expect(String(stream.read())).toBe(`${red}\\u001b[2J\\u001b[38;5;1m\n\\u001b[31mx\\u001b[39m`);
  });

  it("of every name are passed on", () => {
    const paint = createPaint(terminal({ TERM: "xterm" }));
    for (const colour of ["red", "yellow", "green", "blue", "cyan", "dim", "bold"] as const) {
      const painted = paint(colour, "x");
      expect(painted).not.toBe("x");
      expect(printableStyled(painted)).toBe(painted);
    }
  });
});

describe("the width of a text", () => {
  it.each([
    ["agent-7", 7],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["👩‍🚀", 2],
    ["", 0],
  ])("%j is %i columns", async (text, columns) => {
    const { widthOf, pad } = await loadRuler();
    expect(widthOf(text)).toBe(columns);
    expect(widthOf(pad(text, 9))).toBe(9);
  });

  it.each([
    ["agent-7", 7, "agent-7"],
    ["agent-7", 6, "agent…"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["👩‍🚀👩‍🚀", 3, "👩‍🚀…"],
    ["ab", 1, "…"],
  ])("%j cut to %i columns is %j", async (text, columns, cut) => {
    const ruler = await loadRuler();
    expect(ruler.cut(text, columns)).toBe(cut);
    expect(ruler.widthOf(ruler.cut(text, columns))).toBeLessThanOrEqual(columns);
  });
});
