// `lj seq`: prints the highest sequence number so far (docs/format.md 6).
import { foldFileAsync } from "../../read/fold.js";
import type { Call, Verdict } from "../call.js";
import { formatStrictLine } from "../strict.js";

export async function seq(call: Call): Promise<Verdict> {
  const nextSeq = (await foldFileAsync(call.plan, "replay")).nextSeq();
  await call.progress.end();
  const highest = nextSeq - 1;
  await call.output.write(
    call.json ? formatStrictLine({ exists: call.exists, seq: highest, nextSeq }) : `${highest}\n`,
  );
  return 0;
}
