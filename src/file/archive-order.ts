// Orders the archives of one journal as their entries were written (docs/format.md 7, "Archives").
import type { ArchiveName } from "./archive-name.js";

/** What an archive says about its place. */
export interface Ordered extends Omit<ArchiveName, "journal"> {
  name: string;
  /** The highest number before its first entry, by its CHECKPOINT; -1 if it does not begin with one. */
  watermark: number;
}

/**
 * A journal that was removed and begun again numbers its entries from 1 again. Only its first file begins without a
 * CHECKPOINT, so that several such files mean that there were several journals. They follow each other by the clock,
 * and within each the numbers decide, whatever the clock did.
 */
export function orderArchives<Archive extends Ordered>(archives: readonly Archive[]): Archive[] {
  const sorted = [...archives].sort(compareNumbers);
  const firsts = sorted.filter(({ watermark }) => watermark === -1).sort((a, b) => a.atMs - b.atMs);
  if (firsts.length <= 1) return sorted;
  const journals = firsts.map((first): Archive[] => [first]);
  for (const archive of sorted) if (archive.watermark !== -1) (journalOf(archive, journals) ?? []).push(archive);
  return journals.flat();
}

/** Names of version 0.1.0 have no number, and sort by a clock that may go back. */
function compareNumbers(a: Ordered, b: Ordered): number {
  if (a.watermark !== b.watermark) return a.watermark - b.watermark;
  return a.name < b.name ? -1 : 1;
}

/**
 * The journal whose last file ends with the number at which the archive begins, else the one that is next by the clock.
 * If the numbers fit several journals, the clock decides among them.
 */
function journalOf<Archive extends Ordered>(archive: Archive, journals: Archive[][]): Archive[] | undefined {
  const continued = journals.filter((files) => files.at(-1)?.nextSeq === archive.watermark + 1);
  const candidates = continued.length > 0 ? continued : journals;
  return candidates.findLast((files) => (files.at(-1)?.atMs ?? 0) <= archive.atMs) ?? candidates[0];
}
