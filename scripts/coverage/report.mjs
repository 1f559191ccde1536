// Formats coverage as a table, and compares branches that were not taken with the reasons in uncovered.json.
import { readFileSync } from "node:fs";
import path from "node:path";

/** Prints one row per file and a total. Returns the total branch coverage in per cent. */
export function printTable(language, files) {
  const rows = files.map(({ file, lines, branches }) => ({ name: file, lines, branches: share(branches) }));
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sum(rows.map((row) => row.lines));
  const branches = sum(rows.map((row) => row.branches));
  if (branches.all === 0) throw new Error(`${language}: expected branches, found none`);
  const width = Math.max(...rows.map((row) => row.name.length));
  console.log(`\n${language.padEnd(width)}  ${"lines".padStart(20)}  ${"branches".padStart(20)}`);
  for (const row of [...rows, { name: "total", lines, branches }]) {
    console.log(`${row.name.padEnd(width)}  ${render(row.lines)}  ${render(row.branches)}`);
  }
  return percentOf(branches);
}

/** Returns the branches that were not taken and whose line is not in uncovered.json, one row per line. */
export function uncoveredWithoutReason(root, files) {
  const listed = JSON.parse(readFileSync(path.join(root, "test", "coverage", "uncovered.json"), "utf8"));
  const known = new Set(listed.flatMap(({ lines }) => lines));
  return files.flatMap(({ file, branches }) => {
    const texts = readFileSync(path.join(root, file), "utf8").split("\n");
    const missed = [...new Set(branches.filter(({ count }) => count === 0).map(({ line }) => line))];
    const places = missed.map((line) => ({ file, line, text: (texts[line - 1] ?? "").trim() }));
    return places.filter(({ text }) => !known.has(`${file}: ${text}`));
  });
}

function share(branches) {
  return { taken: branches.filter(({ count }) => count > 0).length, all: branches.length };
}

function sum(shares) {
  return shares.reduce((a, b) => ({ taken: a.taken + b.taken, all: a.all + b.all }), { taken: 0, all: 0 });
}

function percentOf({ taken, all }) {
  return all === 0 ? 100 : (100 * taken) / all;
}

function render(counted) {
  return `${counted.taken}/${counted.all} ${percentOf(counted).toFixed(2).padStart(6)} %`.padStart(20);
}
