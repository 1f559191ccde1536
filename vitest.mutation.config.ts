// Configures how the suites run against changed sources of the part that LANE_MUTATE names, core (the default) or
// write: only suites that are fast and deterministic and load the sources into this process.
import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";
import base from "./vitest.config.js";

// The changes are in TypeScript, so the suites of both engines need only that one; one seed, and few random journals.
process.env["LANE_TEST_ENGINES"] = "js";
process.env["LANE_TEST_SEED"] = "748178609";
process.env["LANE_TEST_JOURNALS"] = "100";

// In memory if possible: the suites of the writer fsync thousands of times, and each is run repeatedly.
if (existsSync("/dev/shm")) process.env["TMPDIR"] = "/dev/shm";

const core = [
  "test/contract/{compact,fold,lines,pure,reading,tail}",
  "test/core/*",
  "test/engine/*",
  "test/read/snapshot/{state,text}",
  "test/hostile/{tail,values}",
];
const write = [
  "test/compact/!(campaign|command)",
  "test/core/words",
  "test/file/*",
  "test/journal/*",
  "test/lock/!(command|processes)",
  "test/write/*",
];
const suites = process.env["LANE_MUTATE"] === "write" ? write : core;

export default defineConfig({
  ...base,
  test: { ...base.test, isolate: false, include: suites.map((suite) => `${suite}.test.ts`) },
});
