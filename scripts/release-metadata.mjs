// `npm run release:metadata [-- vX.Y.Z]`: checks that package.json and CHANGELOG.md are ready to be published, as
// RELEASING.md describes. Prints one line for each thing that is not; exit code 1 if there is any.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Returns what prevents a release, as sentences. `tag` is the tag to be released; undefined skips its check. */
export function findProblems(manifest, changelog, tag) {
  const problems = [];
  for (const key of ["repository", "bugs", "homepage"]) {
    const value = manifest[key]?.url ?? manifest[key];
    if (typeof value === "string" && value !== "") continue;
    problems.push(`package.json: expected "${key}" to be set before a release, found none`);
  }
  if (tag !== undefined && tag !== `v${manifest.version}`) {
    problems.push(`package.json: expected the version of the tag ${tag}, found ${manifest.version}`);
  }
  const heading = `## [${manifest.version}] - `;
  const line = changelog.split("\n").find((each) => each.startsWith(heading));
  if (line === undefined) {
    problems.push(`CHANGELOG.md: expected a heading "${heading}YYYY-MM-DD", found none`);
  } else if (!/^\d{4}-\d\d-\d\d$/.test(line.slice(heading.length))) {
    problems.push(`CHANGELOG.md: expected a date after "${heading}", found "${line.slice(heading.length)}"`);
  }
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const read = (name) => readFileSync(path.join(root, name), "utf8");
  const problems = findProblems(JSON.parse(read("package.json")), read("CHANGELOG.md"), process.argv[2]);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
