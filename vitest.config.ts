// Configures how the suites run: each file in its own process, two at a time, in an environment that names no journal.
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// A journal, lock or engine named by the caller's environment must never be what a test reads or writes.
for (const name of Object.keys(process.env)) {
  if (/^(DISPATCH_|JOB_|LANE_JOURNAL_ENGINE$)/.test(name)) delete process.env[name];
}

/** Begins with the suites that mostly wait for a browser, so that others compute meanwhile. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const waits = ({ moduleId }: TestSpecification): boolean => moduleId.includes("/test/page/");
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}

export default defineConfig({
  // Packages of this repository use the build of this checkout. Where they are installed, npm puts it beside them.
  resolve: { alias: [{ find: /^lane-journal$/, replacement: `${import.meta.dirname}/dist/package/index.mjs` }] },
  test: {
    include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    globalSetup: "test/support/run-folder.ts",
    pool: "forks",
    isolate: true,
    maxWorkers: 2,
    sequence: { sequencer: WaitingFirst },
    // They end what hangs; on a busy machine a test takes ten times what it takes on an idle one.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    allowOnly: false,
    passWithNoTests: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
