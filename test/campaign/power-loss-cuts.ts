// Chooses which of the states that a power cut may leave are examined, given the unsynced changes and a seed.
import { createHash } from "node:crypto";
import type { Random } from "../generate/random.js";
import { type CutPlan, type DiskModel, type DiskState, type NameChange, resized, type Unsynced } from "./disk-model.js";

/** The unit that a drive writes atomically, or once did. */
const sectorBytes = 512;

/** A longer write is torn only at the borders of sectors and at random bytes. */
const everyByteUpTo = 48;

/** Yields states for one moment: the extreme ones, and `randomStates` of the rest. */
export function* cutPower(model: DiskModel, r: Random, randomStates: number): Generator<DiskState> {
  const { names, files } = model.unsynced;
  const keeps = nameChoices(names.length, r);
  for (const keep of keeps) {
    yield model.cut(plan(() => keep, newest));
    if (files.length > 0)
      yield model.cut(
        plan(
          () => keep,
          ({ durable }) => durable,
        ),
      );
  }
  const all = names.map(() => true);
  for (const file of files) {
    for (const content of tornContents(model.contentsOf(file), r)) {
      const one: CutPlan = {
        keepNames: () => (r.chance(0.7) ? all : r.pick(keeps)),
        chooseContent: (other, unsynced) => (other === file ? content : newest(unsynced)),
      };
      yield model.cut(one);
    }
  }
  if (names.length + files.length < 2) return;
  for (let i = 0; i < randomStates; i++) {
    yield model.cut(
      plan(
        (changes) => changes.map(() => r.chance(0.6)),
        (unsynced) => tearContent(unsynced, r),
      ),
    );
  }
}

function plan(
  keepNames: (changes: readonly NameChange[]) => boolean[],
  chooseContent: (unsynced: Unsynced) => Buffer,
): CutPlan {
  return { keepNames, chooseContent: (_, unsynced) => chooseContent(unsynced) };
}

function newest({ durable, versions }: Unsynced): Buffer {
  return versions.at(-1) ?? durable;
}

/** Yields none, all, the oldest few, all but one, and a random subset; few enough to examine every one. */
function nameChoices(count: number, r: Random): boolean[][] {
  const each = (keep: (at: number) => boolean): boolean[] => Array.from({ length: count }, (_, at) => keep(at));
  const choices = [each(() => true)];
  if (count === 0) return choices;
  choices.push(each(() => false));
  // The oldest changes are the likeliest to be durable: the folder may have stopped after any of them.
  const first = Math.max(1, count - 12);
  for (let kept = first; kept < count; kept++) choices.push(each((at) => at < kept));
  for (let lost = first; lost < count; lost++) choices.push(each((at) => at !== lost));
  choices.push(each(() => r.chance(0.5)));
  return choices;
}

/**
 * Cuts the content off, or zeros it to its end, at every place where a write may tear; and mixes old and new sectors.
 */
function* tornContents(unsynced: Unsynced, r: Random): Generator<Buffer> {
  const { durable } = unsynced;
  const whole = newest(unsynced);
  yield* unsynced.versions;
  const start = firstDifference(durable, whole);
  for (const at of tearPlaces(start, whole.length, r)) {
    yield whole.subarray(0, at);
    yield resized(whole.subarray(0, at), whole.length);
  }
  for (let i = 0; i < 3 && whole.length - start > sectorBytes; i++) yield someSectors(durable, whole, r);
}

function tearContent(unsynced: Unsynced, r: Random): Buffer {
  const { durable, versions } = unsynced;
  const target = versions.length === 0 ? durable : r.pick(versions);
  const start = firstDifference(durable, target);
  if (start >= target.length || r.chance(0.3)) return r.pick([durable, target]);
  const kept = target.subarray(0, r.between(start, target.length));
  if (r.chance(0.3)) return someSectors(durable, target, r);
  return r.chance(0.5) ? kept : resized(kept, r.between(kept.length, target.length));
}

/** Returns content of the new size in which each sector is either old (zeros beyond the old end) or new. */
function someSectors(durable: Buffer, target: Buffer, r: Random): Buffer {
  const mixed = resized(durable, target.length);
  const first = Math.floor(firstDifference(durable, target) / sectorBytes) * sectorBytes;
  for (let at = first; at < target.length; at += sectorBytes) {
    if (r.chance(0.5)) target.copy(mixed, at, at, Math.min(target.length, at + sectorBytes));
  }
  return mixed;
}

function tearPlaces(start: number, end: number, r: Random): Set<number> {
  const places = new Set<number>();
  if (end <= start) return places;
  for (const at of [start + 1, end - 1, end - 2]) places.add(Math.max(start, at));
  for (let at = start - (start % sectorBytes) + sectorBytes; at < end; at += sectorBytes) places.add(at);
  const wanted = Math.min(end - start, everyByteUpTo);
  while (places.size < wanted) places.add(r.between(start, end - 1));
  return places;
}

function firstDifference(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length);
  let at = 0;
  while (at < length && one[at] === other[at]) at++;
  return at;
}

/** Returns equal hashes for equal names and contents. */
export function hashState(state: DiskState): string {
  const hash = createHash("sha256");
  const folders = state.folders.toSorted().join("\0");
  hash.update(folders);
  for (const { names, content } of state.files.toSorted((a, b) => ((a.names[0] ?? "") < (b.names[0] ?? "") ? -1 : 1))) {
    hash.update(`\0\0${names.toSorted().join("\0")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
