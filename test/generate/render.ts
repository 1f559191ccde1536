// Renders an answer of an engine as text that is equal only for equal answers. It distinguishes NaN, the infinities,
// lone surrogates, key order, own `__proto__` keys and foreign prototypes, and treats 0 and -0 as equal (as the vectors
// do).

export function renderExactly(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return value === 0 ? "0" : String(value);
  if (typeof value === "boolean" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(renderExactly).join(",")}]`;
  if (typeof value === "object") return renderObject(value);
  throw new TypeError(`expected what JSON, NaN and the infinities can hold, found ${typeof value}`);
}

function renderObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const mark = prototype === Object.prototype ? "" : "<foreign prototype>";
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${renderExactly(member)}`);
  return `${mark}{${members.join(",")}}`;
}

/** Shows where two renderings first differ, with some text around the place. */
export function showDifference(expected: string, found: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at++;
  const from = Math.max(0, at - 120);
  return `at ${at}: expected ...${expected.slice(from, at + 200)}\n  found ...${found.slice(from, at + 200)}`;
}
