// Rejects unknown option keys and suggests the nearest known name.
import { nearestName } from "./nearest.js";

/** Requires every key of an options type, so that the compiler keeps the list complete. */
export type KeysOf<Options> = { readonly [Key in keyof Required<Options>]: true };

export type KnownKeys = { readonly [key: string]: true };

/** Throws a `TypeError` for the first unknown key. Ignores values that are not objects: the caller checks those. */
export function checkKeys(argument: string, given: unknown, known: KnownKeys): void {
  if (typeof given !== "object" || given === null) return;
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  const names = Object.keys(known);
  const nearest = nearestName(unknown, names);
  const advice = nearest === undefined ? `expected one of ${names.join(", ")}` : `did you mean ${nearest}?`;
  throw new TypeError(`${argument}: unknown key ${JSON.stringify(unknown.slice(0, keyCharactersMax))}; ${advice}`);
}

const keyCharactersMax = 60;
