// Detects repeated keys of an entry from its text, because parsing hides them (docs/format.md 3, `repeatedKeys`).
import type { Entry } from "../types.js";
import { findStringEnd } from "./dialect.js";
import { isObject } from "./words.js";

/**
 * Returns whether the text has more keys than the entry, at its top level or in its lease. Outside strings, a colon
 * only follows a key, so counting colons counts keys. An entry that does not repeat a key has only one lease.
 */
export function repeatsKeys(text: string, entry: Entry): boolean {
  const lease = entry["lease"];
  const leaseKeys = isObject(lease) ? Object.keys(lease).length : -1;
  const keys = countKeys(text, leaseKeys >= 0);
  return keys.entry > Object.keys(entry).length || (leaseKeys >= 0 && keys.lease > leaseKeys);
}

function countKeys(text: string, hasLease: boolean): { entry: number; lease: number } {
  const keys = { entry: 0, lease: 0 };
  let depth = 0;
  let inLease = false;
  let stringStart = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      stringStart = at;
      at = findStringEnd(text, at);
    } else if (code === 0x7b || code === 0x5b) {
      depth++;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    } else if (code === 0x3a && depth === 1) {
      keys.entry++;
      inLease = hasLease && isLeaseKey(text, stringStart);
    } else if (code === 0x3a && depth === 2 && inLease) {
      keys.lease++;
    }
  }
  return keys;
}

function isLeaseKey(text: string, start: number): boolean {
  if (text.startsWith('"lease"', start)) return true;
  const key = text.slice(start, findStringEnd(text, start) + 1);
  return key.includes("\\") && JSON.parse(key) === "lease";
}
