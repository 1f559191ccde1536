// Types entries and leases with members of any type, as another program or JavaScript may create them.

/** Members to which no type of the known keys applies. */
export type Foreign = { [key: string]: unknown };

/** Types an object literal whose known keys have other types than those of the format. */
export function foreign(members: Foreign): Foreign {
  return members;
}
