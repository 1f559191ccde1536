// Names a line for people: lines count from 0 in the journal's contract, and from 1 in an editor.

export function tellLine(line: number): string {
  return `line ${line} (${line + 1} in an editor)`;
}
