// Configures a run on sources in which the fault is planted that LANE_TRAP numbers.
import { defineConfig } from "vitest/config";
import { traps } from "./packages/fleet/test/traps/traps.js";
import base from "./vitest.config.js";

const trap = traps[Number(process.env["LANE_TRAP"])];
if (trap === undefined) throw new Error(`LANE_TRAP: expected a number below ${traps.length}`);
const { file, from, to } = trap;

export default defineConfig({
  ...base,
  plugins: [
    {
      name: "trap",
      enforce: "pre",
      transform: (code, id) => (id.endsWith(`/${file}`) ? code.replace(from, () => to) : undefined),
    },
  ],
});
