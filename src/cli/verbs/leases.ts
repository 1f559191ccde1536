// `lj leases`: prints the live leases, whether they could be reclaimed, and why (docs/cli.md).
import { collide, readPrefixes } from "../../core/trees.js";
import type { LeaseView } from "../../leases/reclaim.js";
import { foldFileAsync } from "../../read/fold.js";
import type { Call, Verdict } from "../call.js";
import { createPaint } from "../colour.js";
import { writeLeasesJson } from "../leases/json.js";
import { writeLeases } from "../leases/rows.js";
import { viewFold } from "../leases/view.js";
import { writePieces, writeStyledPieces } from "../output.js";
import { loadRuler } from "../width.js";

export async function leases(call: Call): Promise<Verdict> {
  const { dead, for: wanted, owner } = call.flags;
  const nowMs = Date.now();
  const fold = await foldFileAsync(call.plan, "replay");
  await call.progress.end();
  const views = viewFold(fold, { path: call.plan.path, nowMs, owner });
  const held = wanted === undefined ? views : selectFor(views, wanted);
  const shown = dead === true ? held.filter(({ isReclaimable }) => isReclaimable) : held;
  if (call.json) await writePieces(call.output, writeLeasesJson(shown));
  else {
    const look = { nowMs, paint: createPaint(call.stdout), ruler: await loadRuler() };
    await writeStyledPieces(call.output, writeLeases(shown, look));
  }
  if (shown.length === 0) call.note(`lj: ${tellNone(call.flags)}`);
  return 0;
}

/** Returns the leases of the lane; if there are none, those whose tree collides with the path of that name. */
function selectFor(views: readonly LeaseView[], wanted: string): LeaseView[] {
  const ofLane = views.filter(({ lane }) => lane === wanted);
  if (ofLane.length > 0) return ofLane;
  const prefixes = readPrefixes([wanted]) ?? [];
  return views.filter(({ lease }) => collide(prefixes, readPrefixes(lease.tree)));
}

function tellNone({ dead, for: wanted }: Call["flags"]): string {
  const what = dead === true ? "no lease can be reclaimed now" : "no lease is live";
  return wanted === undefined ? what : `${what} on the lane or path ${JSON.stringify(wanted)}`;
}
