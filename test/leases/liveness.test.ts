// Judges every combination of heartbeat, acquisition, time to live and host, without a process mark. The result must
// equal that of the reference except in the rows that docs/format.md 8 names.
import { describe, expect, it } from "vitest";
import { judgeLease } from "../../src/leases/expiry.js";
import type { Foreign } from "../generate/foreign.js";
import { TestProcesses } from "./open.js";
import { isDeadToReference } from "./oracle-liveness.js";

const now = Date.parse("2026-06-01T14:00:00Z");
const stamp = (minutes: number): string => new Date(now - minutes * 60_000).toISOString().replace(".000Z", "Z");
const toMinute = (minutes: number): string => stamp(minutes).replace(":00Z", "Z");

interface Value {
  value: unknown;
  /** Set if docs/format.md 8 says that this value is read differently from the reference. */
  named?: "offset" | "not a time";
}

const ages = [-1, 0, 4, 5, 6, 54, 55, 56, 65, 66, 125, 126, 9999, 5_000_000];
const stamps: Value[] = [
  { value: undefined },
  { value: null },
  { value: "" },
  ...ages.flatMap((age) => [{ value: stamp(age) }, { value: toMinute(age) }]),
  { value: "2026-06-01T14:58+01:00", named: "offset" },
  { value: "2026-06-01 12:58:00.5+00:00", named: "offset" },
  { value: "2026-05-31T23:59:60Z", named: "offset" },
  { value: "soon", named: "not a time" },
  { value: "2026-02-30T00:00Z", named: "not a time" },
  { value: "9999-01-01T00:00:00Z", named: "not a time" },
  { value: 1_780_322_400, named: "not a time" },
];

const ttls: (Value & { isNamed?: boolean })[] = [
  ...[undefined, null, 50, 60, 120, 0.5, 0, -5, "soon", [], false].map((value) => ({ value })),
  ...["60", true, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 527_041].map((value) => ({ value, isNamed: true })),
];

const hosts = [undefined, null, "", "box", "other-host"];

interface Row {
  lease: Foreign;
  isNamed: boolean;
}

/** A row is named if the value that decides is named: the stamp that is used, or the time to live. */
function makeRows(): Row[] {
  return stamps.flatMap((beat) =>
    stamps.flatMap((start) =>
      ttls.flatMap((ttl) =>
        hosts.map((host): Row => {
          const lease = { heartbeat_at: beat.value, acquired_at: start.value, ttl_minutes: ttl.value, host_id: host };
          const counts = beat.value ? beat : start;
          return { lease, isNamed: counts.named !== undefined || ttl.isNamed === true };
        }),
      ),
    ),
  );
}

describe("a lease without a process mark", () => {
  const processes = new TestProcesses();
  const rows = makeRows();
  const isDead = (lease: Foreign): boolean => judgeLease(lease, { now, processes }).state === "dead";

  it(`is judged like the reference in each of ${rows.length} rows that docs/format.md 8 does not name`, () => {
    const differing = rows.filter(({ lease, isNamed }) => !isNamed && isDead(lease) !== isDeadToReference(lease, now));
    expect(differing.slice(0, 5)).toEqual([]);
    const compared = rows.filter(({ isNamed }) => !isNamed);
    expect(compared.filter(({ lease }) => isDead(lease)).length).toBeGreaterThan(1000);
    expect(compared.filter(({ lease }) => !isDead(lease)).length).toBeGreaterThan(1000);
  });

  it.each([
    ["an offset, a fraction, a space or a leap second", { heartbeat_at: "2026-06-01T13:58+01:00" }, true],
    [
      "a heartbeat that is not a time, so that acquired_at is used",
      { heartbeat_at: "soon", acquired_at: stamp(56) },
      true,
    ],
    ["a heartbeat in the far future", { heartbeat_at: "9999-01-01T00:00:00Z", acquired_at: stamp(56) }, true],
    ["a ttl_minutes that is a string of digits", { heartbeat_at: stamp(64), ttl_minutes: "60" }, false],
    ["a ttl_minutes of true, which is 1 to the reference", { heartbeat_at: stamp(50), ttl_minutes: true }, false],
    ["a ttl_minutes of infinity", { heartbeat_at: stamp(56), ttl_minutes: Number.POSITIVE_INFINITY }, true],
    ["a ttl_minutes of NaN", { heartbeat_at: stamp(56), ttl_minutes: Number.NaN }, true],
    ["a ttl_minutes of more than 366 days", { heartbeat_at: stamp(56), ttl_minutes: 527_041 }, true],
  ])("docs/format.md 8 names %s, which is judged differently from the reference", (_, lease, dead) => {
    expect(isDead(lease)).toBe(dead);
    expect(isDeadToReference(lease, now)).toBe(!dead);
  });

  it("is not judged by a bare pid, whether it is running, gone or hidden", () => {
    const looked = new TestProcesses();
    looked.running.set(777, "hidden");
    for (const { lease } of rows.filter((_, row) => row % 7 === 0)) {
      for (const pid of [100, 777, 4711]) {
        const judged = judgeLease({ ...lease, pid, host_id: "box" }, { now, processes: looked });
        expect(judged.state).toBe(judgeLease(lease, { now, processes }).state);
        expect(judged.evidence).toBe("time");
      }
    }
  });
});
