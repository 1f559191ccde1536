// Reads vitest's coverage report: the lines and branches of each source file, and how often each was taken.
import { readFileSync } from "node:fs";
import path from "node:path";

/** Returns { file, lines, branches } for each source file, even if no suite has loaded it. */
export function coverTypeScript(root) {
  const report = JSON.parse(readFileSync(path.join(root, "coverage", "typescript", "coverage-final.json"), "utf8"));
  return Object.values(report).map((source) => ({
    file: path.relative(root, source.path),
    lines: countLines(source),
    branches: Object.entries(source.branchMap).flatMap(([id, branch]) =>
      branch.locations.map((place, i) => ({
        line: place.start.line ?? branch.loc.start.line,
        outcome: `${branch.type} ${i}`,
        count: source.b[id][i],
      })),
    ),
  }));
}

function countLines({ statementMap, s }) {
  const lines = new Map();
  for (const [id, place] of Object.entries(statementMap)) {
    lines.set(place.start.line, Math.max(lines.get(place.start.line) ?? 0, s[id]));
  }
  return { taken: [...lines.values()].filter((count) => count > 0).length, all: lines.size };
}
