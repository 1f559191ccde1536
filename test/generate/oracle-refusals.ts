// Reads refusals by docs/format.md 11, as plainly as possible and from the page alone.
import { isNothing, keyOf, type Thing, textOf, thingsIn } from "./oracle-fold.js";
import type { NaiveEpisode, NaiveHistory, NaiveRefusal } from "./oracle-history.js";
import { saysRefused } from "./oracle-notes.js";

/** Returns whether the entry is a refusal. */
export function refuse(history: NaiveHistory, entry: Thing, at: number): boolean {
  const op = entry["op"];
  const [nested] = thingsIn([entry["lease"]]);
  const isSaid = saysRefused(entry["reason"]) || saysRefused(nested?.["reason"]);
  if (op !== "REFUSE" && !(op === "ACQUIRE" && isSaid)) return false;
  const lease = nested ?? entry;
  const lane = textOf(entry["lane"]);
  const reasons = [entry["reason"], nested?.["reason"]];
  const reason = textOf(reasons.find((each) => (op === "REFUSE" ? !isNothing(each) : saysRefused(each))));
  history.refusals.push({
    at,
    holder: textOf(lease["holder"]) || textOf(entry["holder"]),
    run_id: textOf(entry["run_id"]) || textOf(lease["run_id"]),
    lane,
    ...blockersOf(history.live, { entry, lane, reason, tree: lease["tree"] }),
    granted: null,
  });
  return true;
}

interface Wanted {
  entry: Thing;
  lane: string;
  reason: string;
  tree: unknown;
}

function blockersOf(
  live: NaiveEpisode[],
  { entry, lane, reason, tree }: Wanted,
): Pick<NaiveRefusal, "evidence" | "blockers"> {
  const rows = thingsIn(entry["held_by"]).map(keyOf);
  const [trees] = thingsIn([entry["blocking_trees"]]);
  const onTrees = live.filter(
    (episode) => trees !== undefined && episode.lane !== "" && Object.hasOwn(trees, episode.lane),
  );
  if (rows.length > 0) return { evidence: "recorded", blockers: live.filter(({ key }) => rows.includes(key)) };
  const found: [string, NaiveEpisode[]][] = [
    ["recorded", onTrees],
    ["lane", live.filter((episode) => lane !== "" && episode.lane === lane)],
    ["reason", live.filter((episode) => episode.lane !== "" && names(reason.slice(0, 4096), episode.lane))],
    ["tree", live.filter((episode) => collides(tree, episode.tree))],
  ];
  const [evidence, blockers] = found.find(([, some]) => some.length > 0) ?? [null, []];
  return { evidence, blockers };
}

function names(reason: string, lane: string): boolean {
  const parts = reason.split(lane);
  return parts.slice(1).some((after, index) => {
    const before = parts[index] ?? "";
    const beside = [before === "" && index > 0 ? lane.at(-1) : before.at(-1), after === "" ? undefined : after[0]];
    return beside.every((unit) => unit === undefined || !/[\p{L}\p{N}\ud800-\udfff_/\\*-]/u.test(unit));
  });
}

function collides(one: unknown, other: unknown): boolean {
  if (isNothing(one) || isNothing(other)) return false;
  const prefixes = (tree: unknown): string[] => (Array.isArray(tree) ? tree.map(prefix) : [""]);
  return prefixes(one).some((a) => prefixes(other).some((b) => a.startsWith(b) || b.startsWith(a)));
}

function prefix(path: unknown): string {
  if (typeof path !== "string") return "";
  const plain = path.replaceAll("\\", "/").replace(/^[\s\u0085\u001c-\u001f]+|[\s\u0085\u001c-\u001f]+$/g, "");
  const [before = ""] = plain.split("*");
  return Array.from(before, (each) => each.toLowerCase().toUpperCase().toLowerCase()).join("");
}

export function grant({ refusals }: NaiveHistory, episode: NaiveEpisode): void {
  const holder = episode.holders.at(-1) ?? "";
  for (const refusal of refusals) {
    const isAsker =
      (refusal.holder !== "" && refusal.holder === holder) ||
      (refusal.run_id !== "" && refusal.run_id === episode.run_id);
    if (refusal.lane !== "" && refusal.lane === episode.lane && isAsker) refusal.granted ??= episode;
  }
}
