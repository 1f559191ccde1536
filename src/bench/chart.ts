// Draws a comparison as an SVG bar chart for a slide: our bars first, then other programs, each with how many times as
// fast as the baseline it is. The machine's limits are thin lines.
import type { Comparison, Journal, Measured } from "./comparison.js";
import { gigabytesPerSecond, rankWays } from "./report.js";

const width = 1200;
const left = 300;
const margin = 40;
/** About the width of the longest label of a bar. */
const labelWidth = 310;
const top = 150;
const rowHeight = 56;
const barHeight = 36;
const groupGap = 18;

/** The groups differ without colour too: ours have bold names. */
const fills = { ours: "#0b5fff", peer: "#9aa4b2" } as const;
const inks = { text: "#101828", muted: "#5b6675", line: "#c2410c" } as const;

/** What a program without this package would do. Other bars are compared with it. */
const baselineName = "plain Node loop";

interface Bar {
  way: Measured;
  group: keyof typeof fills;
  y: number;
}

export function drawChart(comparison: Comparison): string {
  const ranked = rankWays(comparison);
  const bars = placeBars(ranked);
  const { bytes } = comparison.journal;
  const limits = ranked.filter(({ group }) => group === "limit");
  const speedOf = (way: Measured): number => gigabytesPerSecond(bytes, way.median);
  const unit = fitUnit({ bars: bars.map(({ way }) => speedOf(way)), limits: limits.map(speedOf) });
  const scale = (way: Measured): number => unit * speedOf(way);
  const peers = bars.filter(({ group }) => group === "peer").map(({ way }) => way);
  const baseline = peers.find(({ name }) => name === baselineName) ?? peers[0];
  const bottom = Math.max(top, ...bars.map(({ y }) => y + rowHeight));
  const title = `Replaying ${nameJournal(comparison.journal)}`;
  const parts = [
    text({ x: margin, y: 56, size: 30, weight: 700 }, title),
    text({ x: margin, y: 90, size: 18, fill: inks.muted }, subtitle(comparison, baseline)),
    // The fastest limit has the highest name, so that the line of no other crosses it.
    ...limits.toReversed().map((way, row) => drawLimit(way.name, { x: left + scale(way), bottom, row })),
    ...bars.map((bar) => drawBar(bar, { length: scale(bar.way), label: labelOf(bar.way, speedOf(bar.way), baseline) })),
    text({ x: margin, y: bottom + 44, size: 16, fill: inks.muted }, footer(comparison)),
  ];
  const height = bottom + 70;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-label="${escapeXml(title)}" font-family="Inter, 'Segoe UI', system-ui, sans-serif">\n` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>\n${parts.join("")}</svg>\n`
  );
}

/** Returns the length of one GB/s, so that every bar with its label fits, and every line. */
function fitUnit({ bars, limits }: { bars: readonly number[]; limits: readonly number[] }): number {
  const room = width - left - margin;
  return Math.min((room - labelWidth) / Math.max(...bars), room / Math.max(...limits, ...bars));
}

function nameJournal({ path, entries, bytes }: Journal): string {
  const size = bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
  return `${path ?? `a journal of ${(entries ?? 0).toLocaleString("en-US")} entries`} (${size})`;
}

/** Ours come first, each group fastest first. */
function placeBars(ranked: readonly Measured[]): Bar[] {
  const ours = ranked.filter(({ group }) => group === "ours");
  const peers = ranked.filter(({ group }) => group === "peer");
  const gap = ours.length === 0 ? 0 : groupGap;
  return [
    ...ours.map((way, at) => ({ way, group: "ours" as const, y: top + at * rowHeight })),
    ...peers.map((way, at) => ({ way, group: "peer" as const, y: top + (ours.length + at) * rowHeight + gap })),
  ];
}

function subtitle({ rounds }: Comparison, baseline: Measured | undefined): string {
  const compared = baseline === undefined ? "" : `; “times as fast” as the ${baseline.name}`;
  return `Gigabytes per second of the whole process, median of ${rounds} rounds${compared}`;
}

function footer({ machine, version, measuredAt }: Comparison): string {
  const { processors, processor, memoryBytes, node } = machine;
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`;
  return `lane-journal ${version}, Node ${node}, ${processors} × ${processor}, ${memory}, ${measuredAt.slice(0, 10)}`;
}

/** Draws the line of a limit behind the bars, and its name in a row of its own above them. */
function drawLimit(name: string, { x, bottom, row }: { x: number; bottom: number; row: number }): string {
  const y = top - 14 - row * 20;
  return (
    `<line x1="${x.toFixed(1)}" y1="${y + 6}" x2="${x.toFixed(1)}" y2="${bottom - 8}" stroke="${inks.line}" ` +
    `stroke-width="1.5" stroke-dasharray="5 4"/>` +
    text({ x, y, size: 15, fill: inks.line, anchor: "end" }, `${name}: only reads the bytes `)
  );
}

function drawBar({ way, group, y }: Bar, { length, label }: { length: number; label: string }): string {
  const middle = y + barHeight / 2 + 6;
  const isOurs = group === "ours";
  return (
    text({ x: left - 16, y: middle, size: 18, weight: isOurs ? 700 : 400, anchor: "end" }, way.name) +
    `<rect x="${left}" y="${y}" width="${Math.max(length, 2).toFixed(1)}" height="${barHeight}" rx="4" ` +
    `fill="${fills[group]}"/>` +
    text({ x: left + length + 12, y: middle, size: 18, weight: isOurs ? 600 : 400, halo: true }, label)
  );
}

function labelOf(way: Measured, speed: number, baseline: Measured | undefined): string {
  const figure = `${speed.toFixed(speed < 0.1 ? 3 : 2)} GB/s`;
  if (baseline === undefined || way === baseline) return figure;
  return `${figure}, ${tellTimes(baseline.median / way.median)}`;
}

/** For example `16 times as fast`; a program that is slower is so many times as slow. */
export function tellTimes(ratio: number): string {
  const [times, word] = ratio >= 1 ? [ratio, "fast"] : [1 / ratio, "slow"];
  if (times < 1.05) return "as fast";
  return `${times < 9.95 ? times.toFixed(1) : times.toFixed(0)} times as ${word}`;
}

interface TextStyle {
  x: number;
  y: number;
  size: number;
  weight?: number;
  fill?: string;
  anchor?: "end";
  /** Draws a white edge round the text, so that lines behind it do not make it hard to read. */
  halo?: boolean;
}

function text({ x, y, size, weight = 400, fill = inks.text, anchor, halo }: TextStyle, content: string): string {
  const end = anchor === undefined ? "" : ` text-anchor="${anchor}"`;
  const edge = halo === true ? ' stroke="#ffffff" stroke-width="6" paint-order="stroke" stroke-linejoin="round"' : "";
  return (
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" font-weight="${weight}" fill="${fill}"` +
    `${end}${edge}>${escapeXml(content)}</text>\n`
  );
}

function escapeXml(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
