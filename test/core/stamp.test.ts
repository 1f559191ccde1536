// Checks every form of time stamp that the project reads, and texts that are not stamps (docs/format.md 4).
import { describe, expect, it } from "vitest";
import { instantOf, lastInstantOf } from "../../src/core/stamp.js";

describe("a time stamp", () => {
  it.each([
    ["1970-01-01T00:00:01Z", 1000],
    ["1970-01-01T00:00:01.5Z", 1500],
    ["1970-01-01T00:00:01.123999Z", 1123],
    ["1970-01-01T00:01Z", 60_000],
    ["1970-01-01T01:00:00+01:00", 0],
    ["1970-01-01T00:00:00-00:30", 1_800_000],
    ["1970-01-01T01:31+01:30", 60_000],
    ["1970-01-01 01:30:00+0130", 0],
    ["1969-12-31 23:59-0001", 0],
    ["2026-06-01T13:58Z", Date.UTC(2026, 5, 1, 13, 58)],
    ["2024-02-29T12:00Z", Date.UTC(2024, 1, 29, 12)],
    ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
    ["0050-01-01T00:00Z", Date.parse("0050-01-01T00:00:00Z")],
  ])("%s is %d ms after 1970", (stamp, want) => {
    expect(instantOf(stamp)).toBe(want);
  });

  it.each([
    0,
    null,
    undefined,
    "",
    "now",
    "1970-01-01",
    "1970-01-01T00Z",
    "1970-01-01T00:00",
    "1970-01-01T00:00:00",
    "1970-01-01T00:00:Z",
    "1970-01-01T00:00:00.Z",
    `1970-01-01T00:00:00.${"1".repeat(41)}Z`,
    "1970-01-01T00:00.5Z",
    "x1970-01-01T00:00:00Z",
    "1970-01-01T00:00Z ",
    "+001970-01-01T00:00Z",
    "1970-13-01T00:00Z",
    "1970-00-01T00:00Z",
    "1970-01-32T00:00Z",
    "1970-02-30T00:00Z",
    "2026-02-29T00:00Z",
    "1970-01-01T24:00Z",
    "1970-01-01T00:60Z",
    "1970-01-01T00:00:61Z",
    "1970-01-01T00:00+24:00",
    "1970-01-01T00:00+01:60",
    ["1970-01-01T00:00:00Z"],
  ])("%j is not a stamp", (value) => {
    expect(instantOf(value)).toBeNaN();
  });

  it("without seconds may mean any second of its minute", () => {
    expect(lastInstantOf("1970-01-01T00:00Z")).toBe(59_000);
    expect(lastInstantOf("1970-01-01T00:00+00:00")).toBe(59_000);
    expect(lastInstantOf("1970-01-01T00:00:00Z")).toBe(0);
    expect(lastInstantOf("1970-01-01T00:00:00-00:00")).toBe(0);
    expect(lastInstantOf("soon")).toBeNaN();
  });
});
