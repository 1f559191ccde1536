// Generates the values of hostile lines, at any size (docs/faults.md, "Hostile lines").

/** Values on which a backtracking regular expression would keep a step per character. Each counts as not a number. */
export const endlessNumbers: { [name: string]: (characters: number) => string } = {
  "a string of digits": (characters) => `"${"1".repeat(characters)}"`,
  "a string of digits and a letter": (characters) => `"${"1".repeat(characters)}x"`,
  "a string of digits and underscores": (characters) => `"${"1_".repeat(characters / 2)}"`,
  "a string of white space": (characters) => `"${" ".repeat(characters)}"`,
  "a number": (characters) => "1".repeat(characters),
};

/** Returns a number that counts, after leading spaces and zeros to about this length. */
export function paddedNumber(characters: number, value: number): string {
  return `"${" ".repeat(characters / 2)}${"0".repeat(characters / 2)}${value}"`;
}
