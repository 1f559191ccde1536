// Configures the run that counts branches: the suites that read, fold, write, lock and compact inside this process.
import { mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

export default mergeConfig(base, {
  test: {
    // An addon that counts branches opens a file when it loads, which fails there.
    testNamePattern: /^(?!.*when no more files can be opened)/,
    coverage: {
      provider: "v8",
      reporter: ["json"],
      reportsDirectory: "coverage/typescript",
      include: [
        "src/core/**",
        "src/engine/**",
        "src/leases/**",
        "src/{file,lock,write,compact,journal}/**",
        "src/read/{fold,tail,snapshot,known,highest-known,source}.ts",
      ],
    },
  },
});
