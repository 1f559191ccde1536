// Calls a built package several times, in a process of its own, and prints the least processor seconds of a call.
// Appends go to a journal of their own beside the one that is read.
import type * as LaneJournal from "../../src/index.js";

const [build, engine, call, times, journal] = process.argv.slice(2);
if (build === undefined || journal === undefined) throw new Error("compare-child: expected a build and a journal");
if (engine !== "native" && engine !== "js") throw new Error(`compare-child: expected an engine, found ${engine}`);
const api: typeof LaneJournal = await import(build);
const appended = `${journal}.${process.pid}`;

const open = call === "append when open" ? api.openJournal(appended, { engine }) : undefined;
const calls = new Map<string | undefined, () => unknown>([
  ["replay", () => api.replay(journal, { engine })],
  ["scan", () => api.scan(journal, { engine })],
  ["append", () => api.append({ op: "HALT" }, appended)],
  ["append when open", () => open?.append({ op: "HALT" })],
]);
const measured = calls.get(call);
if (measured === undefined) throw new Error(`compare-child: expected a call, found ${call}`);

let least = Number.POSITIVE_INFINITY;
for (let time = 0; time < Number(times); time++) {
  const began = process.cpuUsage();
  await measured();
  const { user, system } = process.cpuUsage(began);
  least = Math.min(least, (user + system) / 1e6);
}
open?.close();
process.stdout.write(String(least));
