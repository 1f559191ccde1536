// Runs the tests beside two busy loops per core until they pass several times in a row: a test that depends on an idle
// machine fails here. `npm run test:busy -- [--passes N] [filter...]`; N defaults to 3, filters are vitest's. Ends with
// the first run that fails.
import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const loopsPerCore = 2;

const { values, positionals } = parseArgs({
  options: { passes: { type: "string", default: "3" } },
  allowPositionals: true,
});
const passes = Number(values.passes);
if (!Number.isSafeInteger(passes) || passes < 1) {
  console.error(`scripts/busy.mjs: --passes: expected a whole number above 0, found "${values.passes}"`);
  process.exit(2);
}

/** Each loop ends once this process is gone, however it ended, because the pipe to the loop's stdin closes. */
const busyLoop = `
  const { Worker } = require("node:worker_threads");
  process.stdin.on("end", () => process.exit()).resume();
  new Worker("for (;;);", { eval: true });`;
const loops = Array.from({ length: loopsPerCore * availableParallelism() }, () =>
  spawn(process.execPath, ["--eval", busyLoop], { stdio: ["pipe", "ignore", "inherit"] }),
);

function endLoops() {
  for (const loop of loops) loop.kill("SIGKILL");
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    endLoops();
    process.exit(1);
  });
}

let failed = false;
for (let pass = 1; pass <= passes && !failed; pass++) {
  console.log(`busy: run ${pass} of ${passes} beside ${loops.length} busy loops`);
  const run = spawnSync(process.execPath, [path.join(root, "scripts", "run.mjs"), ...positionals], {
    stdio: "inherit",
  });
  failed = run.status !== 0;
}
endLoops();
console.log(failed ? "busy: failed" : `busy: passed ${passes} times in a row`);
process.exitCode = failed ? 1 : 0;
