// `lj lock`: prints who holds the lock and whether that process is alive (docs/format.md 8, "The lock").
import { type LockState, readLock, tellHolder } from "../../lock/lock.js";
import type { Call, Verdict } from "../call.js";
import { printable } from "../printable.js";
import { formatStrictLine } from "../strict.js";

export async function lock(call: Call): Promise<Verdict> {
  const state = readLock(call.plan.path);
  await call.output.write(call.json ? formatStrictLine(summariseLock(state)) : `${tellLock(state)}\n`);
  return state.held && !state.stale ? 1 : 0;
}

export function summariseLock(state: LockState): { [key: string]: unknown } {
  return state.held ? { ...state, ageSeconds: Math.floor(state.ageSeconds) } : state;
}

export function tellLock(state: LockState): string {
  if (!state.held) return `free: there is no ${printable(state.path)}`;
  const told = printable(tellHolder(state));
  return state.stale ? `stale: ${told}; the next caller takes it over` : `held: ${told}`;
}
