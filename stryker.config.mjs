// Configures mutation testing of the part that LANE_MUTATE names: core (the default) or write.
const part = process.env.LANE_MUTATE ?? "core";
const rooms = part === "write" ? "{file,lock,write,compact}" : part;

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  // The first run records which tests reach a change, so that imports need not be analysed too.
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  coverageAnalysis: "perTest",
  mutate: [`src/${rooms}/*.ts`],
  // Code that runs only while modules load would require all tests again for each change.
  ignoreStatic: true,
  ignorePatterns: [
    "/bench/out",
    "/build-*",
    "/coverage",
    "/dist",
    "/native",
    "/prebuilds/*/*",
    "!/build/Release/*.node",
  ],
  tempDirName: "coverage/mutation/sandbox",
  incremental: true,
  incrementalFile: `coverage/mutation/${part}.json`,
  reporters: ["clear-text", "json", "progress-append-only"],
  jsonReporter: { fileName: "coverage/mutation/report.json" },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
  concurrency: 2,
  timeoutMS: 5_000,
};
