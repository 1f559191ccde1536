// `lj compact`: removes the journal's history (docs/format.md 7) and prints how much was removed.
import { type CompactResult, compactFileAsync } from "../../compact/compact.js";
import { listStale } from "../../compact/temporary.js";
import { acquireLockAsync } from "../../lock/lock.js";
import type { Call, Verdict } from "../call.js";
import { printable } from "../printable.js";
import { formatStrictLine } from "../strict.js";

export async function compact(call: Call): Promise<Verdict> {
  const { plan } = call;
  const { archive } = call.flags;
  const { threads, signal, onProgress } = plan.options;
  const stale = listStale(plan.path);
  const lock = await acquireLockAsync(plan.path, { label: "lj-compact" });
  let result: CompactResult;
  try {
    const options = { engine: plan.engine, threads, lock, stale, archive, signal, onProgress };
    result = await compactFileAsync(plan.path, options);
  } finally {
    lock.release();
  }
  await call.progress.end();
  await call.output.write(
    call.json ? formatStrictLine({ path: plan.path, exists: call.exists, ...toJson(result) }) : tell(plan.path, result),
  );
  return 0;
}

function toJson({ archived = null, ...counts }: Omit<CompactResult, "archived"> & { archived?: string | null }) {
  return { ...counts, archived };
}

function tell(path: string, result: CompactResult): string {
  const { entriesBefore, entriesAfter, bytesReclaimed, archived } = result;
  const kept = archived === undefined ? "" : `the old file is ${printable(archived)}\n`;
  const counts = `${entriesBefore} entries before, ${entriesAfter} after, ${bytesReclaimed} bytes less`;
  return `${printable(path)}: ${counts}\n${kept}`;
}
