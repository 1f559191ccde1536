// Acquires a lease, is refused a second one, compacts and reads, and prints the results. The tests bundle this program.
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
