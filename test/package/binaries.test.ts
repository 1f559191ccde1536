// Installs a tarball with a prebuilt addon, with a broken one, and without install scripts, and checks which engine is
// used.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dropPrebuilds, install, packProject, putPrebuild, readBuiltAddon, run, withoutCompiler } from "./installs.js";

let folder = "";
let tarball = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-binaries-"));
  tarball = packProject(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Installation {
  name: string;
  make(): string;
  options?: string[];
  engine: string;
  reason: RegExp;
}

const installations: Installation[] = [
  {
    name: "a fitting prebuild",
    make: () => putPrebuild(tarball, "prebuilt", readBuiltAddon()),
    engine: "native",
    reason: /prebuilds\/.*lane-journal\.glibc\.node is loaded/,
  },
  {
    name: "a broken prebuild",
    make: () => putPrebuild(tarball, "broken", Buffer.from("no addon")),
    engine: "js",
    reason: /lane-journal\.glibc\.node does not load: /,
  },
  {
    name: "scripts that may not run",
    make: () => dropPrebuilds(tarball),
    options: ["--ignore-scripts"],
    engine: "js",
    reason: /no native build for /,
  },
];

describe.each(installations)(
  "an installation with $name and no compiler",
  ({ name, make, options, engine, reason }) => {
    let at = "";

    beforeAll(() => {
      at = path.join(folder, name.replaceAll(" ", "-"));
      const { status, stdout, stderr } = install(make(), at, withoutCompiler(folder), options);
      if (status !== 0) throw new Error(`npm install: expected exit code 0, found ${status}\n${stdout}${stderr}`);
    });

    it(`uses the engine ${engine}, and explainEngine says why`, () => {
      const program = `const journal = require("lane-journal");
      journal.append({ op: "ACQUIRE", lane: "a", loop_ts: "T", lease: { lane: "a" } }, "journal.jsonl");
      console.log(JSON.stringify([journal.explainEngine(), journal.replay("journal.jsonl")]));`;
      const { status, stdout, stderr } = run(process.execPath, ["-e", program], at);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(JSON.parse(stdout)).toEqual([{ engine, reason: expect.stringMatching(reason) }, [{ lane: "a" }]]);
    });
  },
);
