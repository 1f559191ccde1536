// Calls every function of the built package that reaches the addon, many times, on a real journal. The leak sanitizer
// reports when the process ends. Run by scripts/sanitize.mjs.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { entries, explainEngine, openJournal, readAll, replay, replayAsync, scan, scanAsync, tail } from "lane-journal";

const folder = mkdtempSync(path.join(tmpdir(), "lane-leaks-"));
try {
  const { engine, reason } = explainEngine();
  if (engine !== "native") throw new Error(`expected the native engine, found: ${reason}`);
  const journal = path.join(folder, "journal.jsonl");
  const line = (i) => `{"op": "ACQUIRE", "lane": "é${i % 50}", "loop_ts": "t", "lease": {"n": ${i}}, "seq": ${i}}\n`;
  writeFileSync(journal, Array.from({ length: 4_000 }, (_, i) => (i % 100 === 7 ? "torn {\n" : line(i))).join(""));
  for (let round = 0; round < 5; round++) {
    for (const read of [scan, replay, readAll]) read(journal, { threads: 4 });
    await Promise.all([scanAsync(journal), replayAsync(journal, { threads: 3 })]);
    tail(5, journal);
    for (const _ of entries(journal)) break;
    const open = openJournal(journal);
    open.scan();
    open.close();
  }
  process.stdout.write("read 5 times\n");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
