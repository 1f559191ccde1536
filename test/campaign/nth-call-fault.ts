// Defines the faults that the disk and the preloaded shim inject, and the report of what was injected.
import type { Disk } from "../../src/file/disk.js";

export interface FailingCalls {
  kind: "calls";
  /** The calls numbered (from 1) `first`, `first + step`, ... up to `last`. */
  first: number;
  last: number;
  step: number;
  /** The operating system's name for the failure; `SHORT` for reads and writes of a single byte. */
  code: string;
}

/** Limits the bytes that can be written: in total for the disk, per file for the shim. */
export interface LittleRoom {
  kind: "room";
  bytes: number;
}

export type Fault = FailingCalls | LittleRoom;

export interface Told {
  /** Calls on files of the folder while the fault was active. */
  calls: number;
  /** The calls that were made to fail. */
  failed: number;
  /** The name of the last call that was made to fail. */
  name: string;
}

/** Injects faults into calls on the files of a folder and removes them again. */
export interface Saboteur {
  /** The disk for the code under test. */
  disk: Disk;
  arm(folder: string, fault: Fault): void;
  disarm(): Told;
}

const never = Number.MAX_SAFE_INTEGER;

export const untouched: FailingCalls = { kind: "calls", first: never, last: never, step: 1, code: "EIO" };

export function failOnce(nth: number, code: string): Fault {
  return { kind: "calls", first: nth, last: nth, step: 1, code };
}

export function failForGood(nth: number, code: string): Fault {
  return { kind: "calls", first: nth, last: never, step: 1, code };
}

export function failTwice(nth: number, apart: number, code: string): Fault {
  return { kind: "calls", first: nth, last: nth + apart, step: apart, code };
}

/** Fails every other call, so that a repeated interrupted call succeeds. */
export function failEverySecond(nth: number, code: string): Fault {
  return { kind: "calls", first: nth, last: never, step: 2, code };
}

export function isHit(fault: FailingCalls, nth: number): boolean {
  return nth >= fault.first && nth <= fault.last && (nth - fault.first) % fault.step === 0;
}

export function nameFault(fault: Fault): string {
  if (fault.kind === "room") return `room for ${fault.bytes} bytes`;
  const { first, last, step, code } = fault;
  if (first === last) return `${code} at call ${first}`;
  if (last === never) return `${code} from call ${first} on${step === 1 ? "" : ", every second"}`;
  return `${code} at calls ${first} and ${last}`;
}
