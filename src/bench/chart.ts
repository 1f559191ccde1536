// Draws a comparison as an SVG bar chart; the longest bar is the fastest program.
import type { Comparison, Measured } from "./comparison.js";
import { describeJournal, gigabytesPerSecond, rankWays } from "./report.js";

const width = 860;
const left = 200;
const right = 170;
const top = 64;
const rowHeight = 30;
const barHeight = 18;

/** The groups differ without colour too: ours have bold names, the machine's limits an outline. */
const fills: { [group in Measured["group"]]: string } = {
  ours: "#1f6feb",
  peer: "#8b949e",
  limit: "#e6e8eb",
  start: "#e6e8eb",
};

export function drawChart(comparison: Comparison): string {
  const ranked = rankWays(comparison);
  const { bytes } = comparison.journal;
  const most = Math.max(...ranked.map((way) => gigabytesPerSecond(bytes, way.median)));
  const height = top + ranked.length * rowHeight + 30;
  const title = escapeXml(`Reading a ${describeJournal(comparison.journal)}`);
  const bars = ranked.map((way, i) => drawRow(way, i, gigabytesPerSecond(bytes, way.median), most)).join("");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-label="${title}" font-family="system-ui, sans-serif" font-size="13">\n` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>\n` +
    `<text x="16" y="26" font-size="16" font-weight="600" fill="#1f2328">${title}</text>\n` +
    `<text x="16" y="46" fill="#59636e">GB/s of whole processes, medians of ${comparison.rounds} rounds; ` +
    `blue: lane-journal, grey: peers, light: the machine's limit</text>\n${bars}</svg>\n`
  );
}

function drawRow(way: Measured, row: number, speed: number, most: number): string {
  const y = top + row * rowHeight;
  const length = Math.max(1, ((width - left - right) * speed) / most);
  const middle = y + barHeight / 2 + 4.5;
  const outline = way.group === "limit" ? ' stroke="#8b949e"' : "";
  const ratio = way.ratio === null ? "" : `, x${way.ratio.toFixed(1)} of wc -l`;
  const weight = way.group === "ours" ? ' font-weight="600"' : "";
  return (
    `<text x="${left - 10}" y="${middle}" text-anchor="end"${weight} fill="#1f2328">${escapeXml(way.name)}</text>` +
    `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="3" ` +
    `fill="${fills[way.group]}"${outline}/>` +
    `<text x="${(left + length + 8).toFixed(1)}" y="${middle}" fill="#59636e">` +
    `${speed.toFixed(speed < 0.1 ? 3 : 2)} GB/s${ratio}</text>\n`
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
