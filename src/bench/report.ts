// Formats a comparison as a table for the terminal and as a Markdown report.
import { formatTable } from "./command.js";
import { baseline, type Comparison, type Journal, type Measured } from "./comparison.js";

const barCells = 24;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Draws a share from 0 to 1 as a bar with a resolution of an eighth of a cell. Any share above 0 is visible. */
export function drawBar(share: number, cells: number): string {
  const parts = Math.max(share > 0 ? 1 : 0, Math.round(Math.min(Math.max(share, 0), 1) * cells * 8));
  return "█".repeat(parts >> 3) + (eighths[parts & 7] ?? "");
}

/** Sorts by speed, fastest first, without the program that reads nothing. */
export function rankWays({ ways }: Comparison): Measured[] {
  return ways.filter(({ group }) => group !== "start").toSorted((a, b) => a.median - b.median);
}

export function gigabytesPerSecond(bytes: number, seconds: number): number {
  return bytes / 1e9 / seconds;
}

const headings = ["way", "seconds", "least to most", "inside", "GB/s", `x ${baseline}`, "leases", ""];

function cellsOf(comparison: Comparison): string[][] {
  const { bytes } = comparison.journal;
  const ranked = rankWays(comparison);
  const fastest = ranked[0]?.median ?? 1;
  return ranked.map((way) => [
    way.name,
    formatSeconds(way.median),
    `${formatSeconds(Math.min(...way.seconds))} to ${formatSeconds(Math.max(...way.seconds))}`,
    way.medianInside === null ? "" : formatSeconds(way.medianInside),
    gigabytesPerSecond(bytes, way.median).toFixed(3),
    way.ratio === null ? "" : way.ratio.toFixed(2),
    way.leases,
    drawBar(fastest / way.median, barCells),
  ]);
}

function formatSeconds(seconds: number): string {
  return seconds.toFixed(seconds < 10 ? 3 : 1);
}

/** Formats the text for the terminal. */
export function formatComparison(comparison: Comparison): string {
  const table = formatTable([headings, ...cellsOf(comparison)]);
  const absent = comparison.absent.map(({ name, reason }) => `not measured: ${name}: ${reason}\n`).join("");
  const title = `${describeJournal(comparison.journal)}, ${count(comparison.live)} live`;
  return `${title}\n\n${table}\n${absent}${legend(comparison)}`;
}

function legend({ rounds, machine, ways }: Comparison): string {
  return (
    `Seconds of whole processes, medians of ${rounds} interleaved rounds; "inside" is the fold alone within them.\n` +
    `${`A longer bar is a higher speed. ${startUp(ways)}`.trimEnd()}\n` +
    `${machine.processors} x ${machine.processor}, Node ${machine.node}.\n${warnOfStartUp(ways)}`
  );
}

/** On a small journal the whole processes differ in what they load, not in how they read. */
function warnOfStartUp(ways: readonly Measured[]): string {
  const slowestStart = Math.max(0, ...ways.filter(({ group }) => group === "start").map(({ median }) => median));
  const own = ways.find(({ leases }) => leases === "ours");
  if (own === undefined || own.median > slowestStart * 2) return "";
  return 'Starting up is most of these times: compare "inside", or measure more entries.\n';
}

/** Says how long each Node process takes before it reads a byte. */
function startUp(ways: readonly Measured[]): string {
  const starts = ways.filter(({ group }) => group === "start");
  if (starts.length === 0) return "";
  const each = starts.map(({ name, median }) => `${name} ${(median * 1000).toFixed(0)} ms`);
  return `Of that, starting up: ${each.join(", ")}.`;
}

export function describeJournal({ path, entries, profile, seed, bytes }: Journal): string {
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  if (path !== undefined) return `journal ${path}, ${size}`;
  return `journal of ${count(entries ?? 0)} entries, profile ${profile}, seed ${seed}, ${size}`;
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** Formats the report, which expects `chart.svg` beside it. */
export function formatReport(comparison: Comparison): string {
  const rows = cellsOf(comparison).map((row) => row.slice(0, -1));
  const { absent, machine } = comparison;
  const memory = (machine.memoryBytes / 2 ** 30).toFixed(1);
  const parts = [
    "# A cold replay, side by side\n",
    `${capital(describeJournal(comparison.journal))}, ${count(comparison.live)} live leases.\n`,
    "![A bar for each program: gigabytes per second, and how many times as fast as the plain loop](chart.svg)\n",
    formatMarkdownTable([headings.slice(0, -1), ...rows]),
    absent.length === 0 ? "" : `Not measured:\n\n${absent.map((way) => `- ${way.name}: ${way.reason}`).join("\n")}\n`,
    "## How to read it\n",
    `- Each figure is the median of ${comparison.rounds} rounds. A round runs every way once, beginning with another`,
    "  one each time; ratios are formed within a round.",
    '- "seconds" and the bars are of whole processes, start-up included. "inside" is the fold alone, in the same runs.',
    `  ${startUp(comparison.ways)}`.trimEnd(),
    `- \`${baseline}\` and \`cat\` only touch the bytes: they are the machine's limit, not rivals.`,
    '- "leases" says how a way\'s answer compares with ours: every lease, every field, and their order.',
    "",
    `Machine: ${machine.processors} x ${machine.processor}, ${memory} GiB, ${machine.platform}, Node ${machine.node}.`,
    `lane-journal ${comparison.version}, measured ${comparison.measuredAt.slice(0, 10)}.`,
  ];
  return `${parts.filter((part, i) => part !== "" || i > 5).join("\n")}\n`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function formatMarkdownTable([heading = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(heading) + line(heading.map(() => "---")) + rows.map(line).join("");
}
