// Copies JSON values deeply, and texts.

/** Returns a copy that shares no array and no plain object with `value`. */
export function copyValue(value: unknown): unknown {
  // Stryker disable next-line ConditionalExpression,LogicalOperator: the tag check below decides the same
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyValue);
  if (Object.prototype.toString.call(value) !== "[object Object]") return value;
  return copyMembers(value);
}

/** Like `copyValue`, for an object. */
export function copyMembers(value: object): { [key: string]: unknown } {
  // Spreading keeps an own `__proto__` an ordinary key. Assigning to it later then sets that key, not the prototype.
  const copy: { [key: string]: unknown } = { ...value };
  for (const key of Object.keys(copy)) {
    const member = copy[key];
    // Stryker disable next-line ConditionalExpression,LogicalOperator: `copyValue` returns anything else unchanged
    if (typeof member === "object" && member !== null) copy[key] = copyValue(member);
  }
  return copy;
}

/** Copies a piece of a line, because the piece would keep the whole line in memory. */
export function copyText(piece: string): string {
  // Joining copies the texts, whereas concatenation would refer to them.
  return [piece.slice(0, 1), piece.slice(1)].join("");
}
