// Draws a timeline as an SVG picture.
import { Axis, Scale } from "../../timeline/scale.js";
import { makeTicks } from "../../timeline/ticks.js";
import type { Bar, Lane, Mark, Timeline } from "../../timeline/types.js";
import { formatDuration, formatTime } from "../history/times.js";
import { printable } from "../printable.js";
import { endings, tellBar, tellMark } from "./words.js";

const width = 960;
const left = 132;
const right = 24;
const top = 76;
const markHeight = 16;
const barHeight = 22;
const rowHeight = barHeight + 4;
const laneGap = 10;
const gapWidth = 40;
const tickDistance = 90;

/** About the width of a character of the labels. */
const characterWidth = 6.6;

/** A picture of more lanes would be too high to look at. */
const lanesMax = 200;

/** A bar is never so narrow that it cannot be seen. */
const barWidthMin = 2;

const plotWidth = width - left - right;

/** The colours of both schemes. A bar has the colour of how it ended; the pattern of its silent part too. */
const style = `
.timeline { --paper: #fcfbf9; --ink: #1e2227; --quiet: #5c636b; --line: #e4e1db; --damage: #b3261e;
  --released: #2b7a68; --scavenged: #b4531b; --replaced: #6a58a8; --missing: #b3261e; --live: #2a65b5; }
@media (prefers-color-scheme: dark) { .timeline { --paper: #16191d; --ink: #e8e6e2; --quiet: #a2a8b0; --line: #2d3238;
  --damage: #f2867c; --released: #5fc3aa; --scavenged: #eb9a63; --replaced: #b3a3ee; --missing: #f2867c;
  --live: #7fb0f2; } }
.timeline text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.timeline text.quiet { fill: var(--quiet); font-size: 11px; }
.timeline text.title { font-size: 15px; font-weight: 600; }
.timeline text.sign { fill: var(--paper); font-weight: 700; font-size: 10px; text-anchor: middle; }
.timeline .paper { fill: var(--paper); } .timeline .line { stroke: var(--line); } .timeline .gap { fill: var(--line); }
.timeline .released { --own: var(--released); } .timeline .scavenged { --own: var(--scavenged); }
.timeline .replaced { --own: var(--replaced); } .timeline .missing { --own: var(--missing); }
.timeline .live { --own: var(--live); } .timeline .damage { --own: var(--damage); }
.timeline .refused { --own: var(--damage); } .timeline .odd { --own: var(--quiet); }
.timeline .halted, .timeline .adopted { --own: var(--quiet); }
.timeline .held { fill: var(--own); fill-opacity: 0.26; } .timeline .edge { fill: none; stroke: var(--own); }
.timeline .hatch { stroke: var(--own); stroke-opacity: 0.28; stroke-width: 2; } .timeline .mark { fill: var(--own); }
`;

type Hatched = Bar["how"] | "damage";

const hatched: readonly Hatched[] = ["released", "scavenged", "replaced", "missing", "live", "damage"];

/** `title`: what the picture shows. Returns the text of the file in pieces. */
export function* writeSvg(timeline: Timeline, title: string): Generator<string> {
  const lanes = timeline.lanes.slice(0, lanesMax);
  const heights = lanes.map(heightOf);
  const bottom = top + heights.reduce((sum, height) => sum + height, 0);
  const hidden = timeline.lanes.length - lanes.length;
  const height = bottom + 64;
  const scale = new Scale({ axis: new Axis(timeline, timeline.gaps), width: plotWidth, gapWidth });
  const name = escapeXml(title);
  yield `<svg xmlns="http://www.w3.org/2000/svg" class="timeline" viewBox="0 0 ${width} ${height}" `;
  yield `width="${width}" height="${height}" role="img" aria-label="${name}">\n<style>${style}</style>\n<defs>`;
  for (const kind of hatched) yield drawPattern(kind);
  yield `</defs>\n<rect class="paper" width="${width}" height="${height}"/>\n`;
  yield textAt(16, 26, shorten(title, 100), "title");
  yield textAt(16, 46, describe(timeline, hidden), "quiet");
  yield* drawBack(timeline, scale, bottom);
  let y = top;
  for (const [index, lane] of lanes.entries()) {
    yield* drawLane(lane, scale, y);
    y += heights[index] ?? 0;
  }
  yield* drawLegend(timeline, bottom + 44);
  yield "</svg>\n";
}

function heightOf({ rows }: Lane): number {
  return markHeight + rows * rowHeight + laneGap;
}

function describe({ fromMs, toMs, gaps, omitted }: Timeline, hidden: number): string {
  const parts = [`${formatTime(fromMs, Number.NaN)} – ${formatTime(toMs, fromMs)} UTC`];
  const folded = gaps.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0);
  if (folded > 0) parts.push(`${formatDuration(folded)} folded`);
  if (omitted > 0) parts.push(`${omitted} earlier episodes left out`);
  if (hidden > 0) parts.push(`${hidden} more lanes not drawn`);
  return parts.join(" · ");
}

function drawPattern(kind: Hatched): string {
  const size = 'width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"';
  return `<pattern id="hatch-${kind}" class="${kind}" ${size}><path class="hatch" d="M1 0V7"/></pattern>`;
}

/** Draws the background of the bars: the lines of the time axis, folded gaps and damage. */
function* drawBack({ damage }: Timeline, scale: Scale, bottom: number): Generator<string> {
  for (const { x, label } of makeTicks(scale, tickDistance)) {
    const at = round(left + x);
    yield `<path class="line" d="M${at} ${top}V${bottom}"/>`;
    if (x + label.length * characterWidth > plotWidth + right) continue;
    yield textAt(at + 2, top - 6, label, "quiet") + textAt(at + 2, bottom + 14, label, "quiet");
  }
  for (const { gap, x, width: gapSpan } of scale.gaps) {
    const at = round(left + x);
    yield `<rect class="gap" x="${at}" y="${top}" width="${round(gapSpan)}" height="${bottom - top}"/>`;
    yield textAt(at + gapSpan / 2, top - 18, formatDuration(gap.toMs - gap.fromMs), "quiet", "middle");
  }
  for (const period of damage) {
    const { x, span } = spanOf(period, scale);
    if (span <= 0) continue;
    const box = `x="${x}" y="${top}" width="${span}" height="${bottom - top}"`;
    yield `<rect ${box} fill="url(#hatch-damage)"><title>damaged lines: ${period.lines}</title></rect>\n`;
  }
}

function* drawLane(lane: Lane, scale: Scale, y: number): Generator<string> {
  const name = lane.name === "" ? "(no lane)" : lane.name;
  yield `<path class="line" d="M0 ${y}H${width}"/>`;
  yield textAt(16, y + markHeight + 15, shorten(name, (left - 28) / characterWidth));
  for (const bar of lane.bars) yield drawBar(bar, scale, y + markHeight + bar.row * rowHeight);
  for (const mark of lane.marks) yield drawMark(mark, scale, y + 2);
}

function drawBar(bar: Bar, scale: Scale, y: number): string {
  const { x, span } = spanOf(bar, scale);
  if (span <= 0) return "";
  const held = Math.min(span, Math.max(0, round(left + scale.xOf(bar.signMs) - x)));
  const box = (from: number, length: number) =>
    `x="${round(from)}" y="${y}" width="${round(length)}" height="${barHeight}"`;
  const label = tellBar(bar);
  const room = (span - 10) / characterWidth;
  return (
    `<g class="${bar.how}"><title>${escapeXml(label)}</title><rect class="paper" ${box(x, span)}/>` +
    `<rect class="held" ${box(x, held)}/>` +
    `<rect fill="url(#hatch-${bar.how})" ${box(x + held, span - held)}/>` +
    `<rect class="edge" ${box(x, span)} rx="2"/>${room < 4 ? "" : textAt(x + 6, y + 15, shorten(label, room))}</g>\n`
  );
}

const markSigns: { [kind in Mark["kind"]]: string } = { refused: "!", adopted: "→", halted: "H", odd: "?" };

function drawMark(mark: Mark, scale: Scale, y: number): string {
  const x = scale.xOf(mark.atMs);
  if (x < 0 || x > plotWidth) return "";
  const at = round(left + x);
  return (
    `<g class="${mark.kind}"><title>${escapeXml(tellMark(mark))}</title>` +
    `<circle class="mark" cx="${at}" cy="${y + 6}" r="6"/>${textAt(at, y + 10, markSigns[mark.kind], "sign")}</g>\n`
  );
}

function* drawLegend({ lanes, damage }: Timeline, y: number): Generator<string> {
  const used = new Set(lanes.flatMap(({ bars }) => bars.map(({ how }) => how)));
  let x = 16;
  const entry = (kind: Hatched, name: string): string => {
    const at = x;
    x += 34 + name.length * characterWidth;
    const fill = kind === "damage" ? 'fill="url(#hatch-damage)"' : 'class="held"';
    const box = `x="${at}" y="${y - 10}" width="14" height="12"`;
    const label = textAt(at + 20, y, name, "quiet");
    return `<g class="${kind}"><rect ${fill} ${box}/><rect class="edge" ${box}/>${label}</g>`;
  };
  for (const kind of hatched) {
    if (kind === "damage" ? damage.length > 0 : used.has(kind))
      yield entry(kind, kind === "damage" ? kind : endings[kind]);
  }
  yield textAt(x, y, "solid: to the last sign of life · hatched: silent", "quiet");
}

/** Returns the part of a period within the picture. */
function spanOf({ fromMs, toMs }: { fromMs: number; toMs: number }, scale: Scale): { x: number; span: number } {
  const from = Math.max(0, scale.xOf(fromMs));
  const to = Math.min(plotWidth, scale.xOf(toMs));
  if (to < 0 || from > plotWidth) return { x: 0, span: 0 };
  return { x: round(left + from), span: round(Math.max(barWidthMin, to - from)) };
}

function textAt(x: number, y: number, text: string, kind = "", anchor = ""): string {
  const anchored = anchor === "" ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${round(x)}" y="${y}"${kind === "" ? "" : ` class="${kind}"`}${anchored}>${escapeXml(text)}</text>`;
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}

function shorten(text: string, characters: number): string {
  const shown = printable(text);
  return shown.length <= characters ? shown : `${shown.slice(0, Math.max(1, Math.floor(characters) - 1))}…`;
}

function escapeXml(text: string): string {
  const shown = printable(text);
  return shown.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
