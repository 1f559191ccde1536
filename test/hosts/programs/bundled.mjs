// A small program that is bundled: it takes a lease, is refused it, compacts and reads, and prints what it found.
import { explainEngine, openJournal, openLeases, replay } from "lane-journal";

const path = process.argv.at(-1);
const leases = openLeases(path, { owner: "bundle" });
const granted = leases.acquire({ lane: "docs" }).ok;
const refused = !leases.acquire({ lane: "docs" }).ok;
leases.close();
const journal = openJournal(path);
const { entriesAfter } = journal.compact();
journal.close();
console.log(JSON.stringify({ granted, refused, entriesAfter, live: replay(path).length, ...explainEngine() }));
