// Lists what the package loads at the first call that needs it: a replay of a small journal on the native engine needs
// none of it.
export { findCut, scriptEngine } from "./engine/script.js";
export { checkFollow, followEntries } from "./follow.js";
export { OpenJournal, planJournal } from "./journal.js";
export { checkLeasesOptions } from "./leases/request.js";
export { OpenLeases } from "./leases.js";
export { notAJournal } from "./not-a-journal.js";
export { createAppender } from "./write/append.js";
