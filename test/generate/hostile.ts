// Lines and journals meant to stop an engine -> their text, in pieces, at any size (docs/faults.md, "Hostile lines").

/** Texts in which a regular expression would keep a step for each character: each counts as no number. */
export const endlessNumbers: { [name: string]: (characters: number) => string } = {
  "a string of digits": (characters) => `"${"1".repeat(characters)}"`,
  "a string of digits and a letter": (characters) => `"${"1".repeat(characters)}x"`,
  "a string of digits and underscores": (characters) => `"${"1_".repeat(characters / 2)}"`,
  "a string of white space": (characters) => `"${" ".repeat(characters)}"`,
  "a number": (characters) => "1".repeat(characters),
};

/** As many leading zeros or spaces as there is room for, and then a number that counts. */
export function paddedNumber(characters: number, value: number): string {
  return `"${" ".repeat(characters / 2)}${"0".repeat(characters / 2)}${value}"`;
}
