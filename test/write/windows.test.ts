// Appends on a disk that refuses what Windows refuses: a descriptor that appends cannot shorten its file.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openJournalFile } from "../../src/write/journal-file.js";
import { acquire, thrownBy, writeLines } from "../contract/journals.js";
import { createWindowsDisk } from "../file/windows-disk.js";

it("a failed append on Windows is cut back through a descriptor that does not append", () => {
  const journal = writeLines(acquire("a"));
  const before = readFileSync(journal);
  const windows = createWindowsDisk();
  let writes = 0;
  const disk = {
    ...windows,
    write(fd: number, bytes: Uint8Array): number {
      if (writes++ > 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      return windows.write(fd, bytes.subarray(0, 5));
    },
  };
  const file = openJournalFile(journal, disk);
  const error = thrownBy(() => file.appendLines(['{"op":"RELEASE","lane":"a"}\n']));
  expect(error).toMatchObject({ code: "ERR_APPEND_FAILED" });
  expect(String(error)).toContain(`the file is back to its ${before.length} bytes`);
  expect(readFileSync(journal).equals(before)).toBe(true);
  expect([...windows.opened]).toEqual([]);
});
