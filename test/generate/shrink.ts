// Shrinks a failing journal while it still fails: drops whole lines greedily, in ever smaller runs.

/** Calls `fails` at most `attemptsMax` times. */
export function shrinkJournal(journal: Buffer, fails: (smaller: Buffer) => boolean, attemptsMax = 600): Buffer {
  let lines = cutKeepingEnds(journal);
  let attempts = 0;
  for (let run = Math.ceil(lines.length / 2); run >= 1; run = Math.floor(run / 2)) {
    for (let at = 0; at < lines.length && attempts < attemptsMax; attempts++) {
      const fewer = [...lines.slice(0, at), ...lines.slice(at + run)];
      if (fails(Buffer.concat(fewer))) lines = fewer;
      else at += run;
    }
  }
  return Buffer.concat(lines);
}

function cutKeepingEnds(journal: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < journal.length; ) {
    const end = journal.indexOf(10, from);
    const to = end < 0 ? journal.length : end + 1;
    lines.push(journal.subarray(from, to));
    from = to;
  }
  return lines;
}
