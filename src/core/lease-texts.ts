// Entries with the lines they came from -> the live leases as text, so that their numbers keep their digits
// (docs/format.md 7).
import type { Entry } from "../types.js";
import { adoptedFields, leaseFields } from "./fields.js";
import { identityKey, noIdentity } from "./identity.js";
import { identityMembers, stampOf } from "./live.js";
import { elementTexts, memberTexts } from "./members.js";
import { Op } from "./op.js";
import { type LeaseParts, objectText } from "./sparse.js";
import { isEmpty, isObject, text } from "./words.js";

/** A lease's own text, without whitespace around it, and the texts of the fields set since. */
interface HeldText {
  object: string;
  set: Map<string, string>;
}

/** The fold of docs/format.md 5 once more, over texts; keys are those of identity.ts. */
export class LeaseTexts {
  readonly #held = new Map<string, HeldText>();

  /** `line` is the entry's text; `parts` as in `foldEntry`, texts that may be kept. */
  fold(entry: Entry, line: string, parts?: LeaseParts): void {
    const op = text(entry["op"]);
    if (op === Op.CHECKPOINT) {
      this.#restore(parts?.leases ?? leaseElements(entry, line));
      return;
    }
    const key = identityKey(entry);
    if (key === noIdentity) return;
    if (op === Op.ACQUIRE || op === Op.RECONCILE) {
      this.#held.set(key, { object: parts?.lease ?? copyText(leaseText(entry, line)), set: new Map() });
    } else if (op === Op.RELEASE || op === Op.SCAVENGE) {
      this.#held.delete(key);
    } else if (op === Op.HEARTBEAT || op === Op.ADOPT) {
      const held = this.#held.get(key);
      if (held !== undefined) setFields(held, entry, line, op);
    }
  }

  /** The object; a field that was set follows and, as a repeated key does, takes the place of an earlier one. */
  get(key: string): string | undefined {
    const held = this.#held.get(key);
    if (held === undefined || held.set.size === 0) return held?.object;
    const body = held.object.slice(1, -1);
    const members = Array.from(held.set, ([field, value]) => `${JSON.stringify(field)}:${value}`);
    return `{${[...(body.trim() === "" ? [] : [body]), ...members].join(",")}}`;
  }

  fork(): LeaseTexts {
    const fork = new LeaseTexts();
    for (const [key, { object, set }] of this.#held) fork.#held.set(key, { object, set: new Map(set) });
    return fork;
  }

  #restore(leases: readonly string[]): void {
    this.#held.clear();
    for (const lease of leases) {
      const key = objectText(lease) === undefined ? noIdentity : identityKey({ ...identityMembers(lease) });
      if (key !== noIdentity) this.#held.set(key, { object: lease, set: new Map() });
    }
  }
}

/** The texts of a CHECKPOINT's leases. */
function leaseElements(checkpoint: Entry, line: string): string[] {
  if (!Array.isArray(checkpoint["leases"])) return [];
  return elementTexts(memberTexts(line).get("leases") ?? "[]").map(copyText);
}

/** The nested lease, or one made of the entry's own fields (docs/format.md 5). */
function leaseText(entry: Entry, line: string): string {
  const members = memberTexts(line);
  if (isObject(entry["lease"])) return members.get("lease") ?? "{}";
  const fields = leaseFields.filter((field) => members.has(field));
  return `{${fields.map((field) => `"${field}":${members.get(field)}`).join(",")}}`;
}

function setFields(held: HeldText, entry: Entry, line: string, op: string): void {
  const members = memberTexts(line);
  const set = (field: string, from: string): void => {
    const value = members.get(from);
    if (value !== undefined) held.set.set(field, copyText(value));
  };
  for (const field of op === Op.ADOPT ? adoptedFields : []) {
    if (entry[field] !== null) set(field, field);
  }
  if (!isEmpty(stampOf(entry))) set("heartbeat_at", isEmpty(entry["heartbeat_at"]) ? "ts" : "heartbeat_at");
}

/** A piece cut from a line keeps the whole line in memory; its copy does not. */
function copyText(piece: string): string {
  return Buffer.from(piece).toString();
}
