// Claims in, `{ lane, worker, from, to }` in nanoseconds each -> the pairs that had one lane at one time.

export function findOverlaps(claims) {
  const overlaps = [];
  const byStart = claims.toSorted((one, other) => Number(one.from - other.from));
  /** Of each lane, the claim that lasts longest of those so far. */
  const last = new Map();
  for (const claim of byStart) {
    const before = last.get(claim.lane);
    if (before !== undefined && claim.from < before.to) overlaps.push([before, claim]);
    if (before === undefined || claim.to > before.to) last.set(claim.lane, claim);
  }
  return overlaps;
}

/**
 * What the workers wrote down, a line each: `took` or `left`, lane, worker and time; and when those that were killed
 * were
 * seen to be gone. A worker writes `took` once it has the lane and `left` before it gives it back.
 */
export function readClaims(text, goneAt, endedAt) {
  const open = new Map();
  const claims = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const [what, lane, worker, time] = line.split(" ");
    const key = `${lane} ${worker}`;
    if (what === "took") open.set(key, { lane, worker, from: BigInt(time) });
    else claims.push({ ...open.get(key), to: BigInt(time) });
    if (what === "left") open.delete(key);
  }
  for (const claim of open.values()) claims.push({ ...claim, to: goneAt.get(claim.worker) ?? endedAt });
  return claims;
}
