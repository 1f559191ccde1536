// Lists the modules that the package loads when a call first needs them. A replay of a small journal on the native
// engine needs none.
export { fallbackEngine } from "./engine/fallback.js";
export { readHistory } from "./history/read.js";
export { checkSelection } from "./history/request.js";
export { OpenJournal } from "./journal/journal.js";
export { planJournal } from "./journal/plan.js";
export { OpenLeases } from "./leases/leases.js";
export { checkLeasesOptions } from "./leases/request.js";
export { readAttempts, readLiveness, readProgress } from "./liveness/read.js";
export { attemptsKeys, checkAttempts, checkLiveness, livenessKeys } from "./liveness/request.js";
export { checkFollow, followEntries } from "./read/follow.js";
export { checkFollowBytes, followJournalBytes } from "./read/follow-bytes.js";
export { notAJournal } from "./read/not-a-journal.js";
export { createAppender } from "./write/append.js";
