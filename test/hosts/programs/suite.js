// Checks that a test runner runs in its own realm. The imports are added before the text of this file
// (runners.test.ts).

const at = () => join(mkdtempSync(join(tmpdir(), "lane-runner-")), "sub", "journal.jsonl");

test("this is another realm, and the native engine is used", () => {
  let error;
  try { openSync("/nowhere"); } catch (caught) { error = caught; }
  expect(error instanceof Error).toBe(false);
  expect(lj.explainEngine()).toMatchObject({ engine: "native" });
});

for (const engine of ["native", "js"]) {
  test(`a missing journal reads as empty: ${engine}`, async () => {
    expect(lj.replay(at(), { engine })).toEqual([]);
    expect(await lj.replayAsync(at(), { engine })).toEqual([]);
    expect(lj.scan(pathToFileURL(at()), { engine }).entries).toBe(0);
  });

  test(`a folder is unreadable, and invalid JSON is counted: ${engine}`, async () => {
    expect(() => lj.replay(tmpdir(), { engine })).toThrow(expect.objectContaining({ code: "ERR_JOURNAL_UNREADABLE" }));
    const path = join(mkdtempSync(join(tmpdir(), "lane-runner-")), "j.jsonl");
    writeFileSync(path, '{"op": "HALT", "x": NaN}\nno json\n{"op": "HALT"}\n');
    expect(lj.scan(path, { engine })).toMatchObject({ entries: 3, corrupt: { count: 1 } });
    expect(lj.replay(path, { engine, until: { ts: new Date() } })).toEqual([]);
  });

  test(`leases, appends and compactions work: ${engine}`, async () => {
    const path = at();
    const leases = lj.openLeases(path, { owner: "runner", engine });
    expect(leases.acquire({ lane: "docs" })).toMatchObject({ ok: true });
    expect(leases.acquire({ lane: "docs" })).toMatchObject({ ok: false });
    const journal = lj.openJournal(path, { engine });
    expect(await journal.appendAsync({ op: "HALT" })).toMatchObject({ seq: 3 });
    expect(journal.compact()).toMatchObject({ entriesAfter: 1 });
    expect(() => lj.append({ op: "HALT" }, tmpdir())).toThrow(expect.objectContaining({ code: "ERR_PATH_REFUSED" }));
    journal.close();
    leases.close();
    expect(lj.replay(path, { engine })).toHaveLength(1);
  });
}
