// Checks the table, the Markdown and the chart of measured figures, and the comparison of the leases of two ways.
import { describe, expect, it } from "vitest";
import { fitLine } from "../../bench/lib/fit.js";
import { drawChart, tellTimes } from "../../src/bench/chart.js";
import type { Comparison, Measured } from "../../src/bench/comparison.js";
import { compareLeases } from "../../src/bench/leases.js";
import { drawBar, formatComparison, formatMarkdownTable, formatReport } from "../../src/bench/report.js";

function measured(name: string, group: Measured["group"], seconds: number, leases: Measured["leases"]): Measured {
  const inside = group === "ours" ? [seconds / 2] : [];
  return {
    name,
    group,
    leases,
    seconds: [seconds],
    secondsInside: inside,
    median: seconds,
    medianInside: inside[0] ?? null,
    peakBytes: null,
    ratio: seconds / 0.5,
  };
}

const comparison: Comparison = {
  machine: { processor: "Some <Chip>", processors: 2, memoryBytes: 2 ** 33, platform: "linux-x64", node: "v20.20.2" },
  version: "1.2.3",
  measuredAt: "2026-06-01T14:03:12.345Z",
  journal: { path: "a & b.jsonl", bytes: 1e9 },
  rounds: 5,
  live: 31,
  ways: [
    measured("native replay", "ours", 1, "ours"),
    measured("wc -l", "limit", 0.5, "reads no leases"),
    measured("jq", "peer", 50, "different"),
    measured("node -e 0", "start", 0.04, "reads no leases"),
  ],
  absent: [{ name: "DuckDB", reason: "not installed" }],
};

describe("the report", () => {
  it("ranks the ways by speed, shows each way's ratio and leases, and names what was not measured", () => {
    const lines = formatReport(comparison).split("\n");
    const rows = lines.filter((line) => line.startsWith("| ") && !line.startsWith("| way") && !line.startsWith("| -"));
    expect(rows).toEqual([
      "| wc -l | 0.500 | 0.500 to 0.500 |  | 2.000 | 1.00 | reads no leases |",
      "| native replay | 1.000 | 1.000 to 1.000 | 0.500 | 1.000 | 2.00 | ours |",
      "| jq | 50.0 | 50.0 to 50.0 |  | 0.020 | 100.00 | different |",
    ]);
    expect(lines).toContain("- DuckDB: not installed");
    expect(lines.filter((line) => line.endsWith("(chart.svg)"))).toHaveLength(1);
    expect(lines).toContain("lane-journal 1.2.3, measured 2026-06-01.");
    expect(lines.join("\n")).toContain("node -e 0 40 ms");
  });

  it("on a terminal has a bar for each way, proportional to its speed", () => {
    const bars = formatComparison(comparison)
      .split("\n")
      .flatMap((line) => /([█▏▎▍▌▋▊▉]+)$/.exec(line)?.[1] ?? []);
    expect(bars).toEqual(["█".repeat(24), "█".repeat(12), "▎"]);
    expect(formatComparison(comparison)).toContain("not measured: DuckDB: not installed");
  });

  it("warns only if most of the measured time is start-up", () => {
    const small = [measured("native replay", "ours", 0.07, "ours"), measured("node -e 0", "start", 0.04, "equal")];
    expect(formatComparison({ ...comparison, ways: small })).toContain('compare "inside", or measure more entries');
    expect(formatComparison(comparison)).not.toContain("measure more entries");
  });

  it("as a chart has our bars first, then the others, and lines for the machine's limits", () => {
    const chart = drawChart(comparison);
    const bars = [...chart.matchAll(/<rect x="300" y="([0-9]+)" width="([0-9.]+)"/g)];
    const [ours = [], peer = []] = bars.map((bar) => [Number(bar[1]), Number(bar[2])]);
    expect(bars).toHaveLength(2);
    expect(chart.indexOf("native replay")).toBeLessThan(chart.indexOf(">jq<"));
    expect(ours[0]).toBeLessThan(peer[0] ?? 0);
    expect((ours[1] ?? 0) / (peer[1] ?? 1)).toBeCloseTo(50, 0);
    // wc -l is twice as fast as we are.
    const [line] = [...chart.matchAll(/<line x1="([0-9.]+)"/g)].map((match) => Number(match[1]));
    expect((line ?? 0) - 300).toBeCloseTo(2 * (ours[1] ?? 0), 0);
    expect(chart).toContain("1.00 GB/s, 50 times as fast");
    expect(chart).toContain("lane-journal 1.2.3, Node v20.20.2, 2 × Some &lt;Chip&gt;, 8 GiB, 2026-06-01");
  });

  it("as a chart has text that cannot become markup", () => {
    expect(drawChart(comparison)).toContain("a &amp; b.jsonl");
    expect(drawChart(comparison)).not.toContain("a & b.jsonl");
  });

  it.each([
    [16.4, "16 times as fast"],
    [1.26, "1.3 times as fast"],
    [1.01, "as fast"],
    [0.99, "as fast"],
    [0.4, "2.5 times as slow"],
  ])("says %d times as %s", (ratio, text) => {
    expect(tellTimes(ratio)).toBe(text);
  });

  it("escapes a bar character in a cell", () => {
    expect(formatMarkdownTable([["a"], ["x|y"]])).toBe("| a |\n| --- |\n| x\\|y |\n");
  });
});

describe("drawBar", () => {
  it.each([
    [1, "████"],
    [0.5, "██"],
    [1 / 32, "▏"],
    [0.0001, "▏"],
    [0, ""],
    [7, "████"],
  ])("of %d and four cells is %j", (share, bar) => {
    expect(drawBar(share, 4)).toBe(bar);
  });
});

describe("compareLeases", () => {
  const a = { lane: "a", pid: 1 };
  const b = { lane: "b", command: [{ x: 1, y: 2 }] };

  it("ignores the order of keys, at every depth", () => {
    expect(
      compareLeases(
        [a, b],
        [
          { pid: 1, lane: "a" },
          { command: [{ y: 2, x: 1 }], lane: "b" },
        ],
      ),
    ).toBe("equal");
  });

  it("detects leases in another order", () => {
    expect(compareLeases([a, b], [b, a])).toBe("equal, in another order");
  });

  it.each([[[a]], [[a, a]], [[a, { ...b, command: [] }]], [[]]])("reports that %j is different", (other) => {
    expect(compareLeases([a, b], other)).toBe("different");
  });
});

describe("fitLine", () => {
  it("finds the line through the points", () => {
    const fit = fitLine([
      [1, 5],
      [2, 7],
      [10, 23],
    ]);
    expect(fit.slope).toBeCloseTo(2);
    expect(fit.intercept).toBeCloseTo(3);
    expect(fit.rSquared).toBeCloseTo(1);
  });

  it("distinguishes a curve from a line", () => {
    const curve = [1, 2, 3, 4, 5].map((x) => [x, x ** 4] as const);
    expect(fitLine(curve).rSquared).toBeLessThan(0.9);
  });

  it("refuses points that all have the same size", () => {
    expect(() => fitLine([[1, 2]])).toThrow(RangeError);
  });
});
