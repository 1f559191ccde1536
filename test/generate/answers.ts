// Collects everything that an engine answers about a journal, each answer rendered exactly.

import type { Engine, Entry, ReadOptions, Scan } from "../../src/index.js";
import {
  compact,
  entries,
  JournalError,
  leaseGenerations,
  nextSeq,
  readAll,
  replay,
  scan,
  tail,
} from "../../src/index.js";
import { renderExactly } from "./render.js";

export interface Answers {
  readAll: Entry[];
  scan: Scan;
  compact: Entry[];
  /** The answers by question, for comparison, without the engine's name. */
  rendered: Map<string, string>;
}

/** Calls that share their path through the engine with another are made only if `thorough`. */
export function askEngine(path: string, engine: Engine, threads: number, thorough: boolean): Answers {
  const options: ReadOptions = { engine, threads };
  const read = readAll(path, options);
  const found = scan(path, options);
  const compacted = compact(read);
  const { engine: answering, ...sameForAll } = found;
  const rendered = new Map([
    ["readAll", renderExactly(read)],
    ["replay", renderLeases(() => replay(path, options))],
    ["scan", renderScan(sameForAll)],
    ["compact(readAll)", renderExactly(compacted)],
  ]);
  for (const n of thorough ? [0, 1, 2, 3, 4, 5] : [3]) {
    rendered.set(`tail(${n})`, renderExactly(tail(n, path, options)));
  }
  if (thorough) {
    rendered.set(
      "nextSeq",
      renderLeases(() => nextSeq(path, options)),
    );
    rendered.set(
      "leaseGenerations",
      renderLeases(() => leaseGenerations(path, options)),
    );
    rendered.set("entries", renderExactly([...entries(path, options)]));
  }
  if (answering !== engine) rendered.set("scan", `answered by ${answering}, asked of ${engine}`);
  return { readAll: read, scan: found, compact: compacted, rendered };
}

export const notAJournal = "ERR_NOT_A_JOURNAL";

/** Renders the answer of a call that reads leases, or the code of its error if the file is not a journal. */
function renderLeases(ask: () => unknown): string {
  const answer = orRefusal(ask);
  return answer === notAJournal ? notAJournal : renderExactly(answer);
}

/** Returns the result of the call, or the code of its error if the file is not a journal; rethrows any other error. */
export function orRefusal(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof JournalError && error.code === notAJournal) return notAJournal;
    throw error;
  }
}

/** The counts by op are a bag: their order is not promised. */
export function renderScan({ ops, ...rest }: Omit<Scan, "engine">): string {
  const counts = Object.entries(ops).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${renderExactly(counts)} ${renderExactly(rest)}`;
}
