// `lj replay`: prints the live leases in the reference's format.
import { readLeasesAsync } from "../../read/fold.js";
import type { Call, Verdict } from "../call.js";
import { writePieces } from "../output.js";

export async function replay(call: Call): Promise<Verdict> {
  const leases = await readLeasesAsync(call.plan);
  await call.progress.end();
  const pieces = call.json
    ? (await import("../strict.js")).formatStrictArray(leases)
    : (await import("../python.js")).formatPythonArray(leases);
  await writePieces(call.output, pieces);
  return 0;
}
