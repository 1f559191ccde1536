// Runs the example of a fleet on three servers, one of which is killed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { builtFile, builtFleet } from "../../../test/support/built.js";

it("examples/fleet-nats.mjs shows the leases of all hosts, also after a server was killed", () => {
  builtFile("package/index.js");
  builtFleet();
  const example = fileURLToPath(new URL("../../../examples/fleet-nats.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [example, "--json"], { encoding: "utf8" });
  expect([stderr, status]).toEqual(["", 0]);
  expect(JSON.parse(stdout).shown).toEqual([
    { id: "anvil", lanes: ["api", "docs"] },
    { id: "bellows", lanes: ["docs"] },
    { id: "crucible", lanes: ["api", "docs"] },
  ]);
});
