// Members of any type -> the same, where an entry or a lease goes: as another program or JavaScript may give them.

/** What no type of the known keys holds for. */
export type Foreign = { [key: string]: unknown };

/** For an object literal whose known keys have other types than those of the format. */
export function foreign(members: Foreign): Foreign {
  return members;
}
