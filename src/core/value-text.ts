// Writes a JSON value as a text that reads back as the same value (docs/format.md 3).

/** Like `JSON.stringify`, but keeps -0 and the values that the dialect adds to JSON. */
export function valueText(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join()}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${valueText(member)}`);
  return `{${members.join()}}`;
}
