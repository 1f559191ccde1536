// Lists the options of the verbs that use a replicated log.
import type { VerbName } from "./args.js";
import type { FlagDescription } from "./flag.js";

/** The verbs that read a log. */
const readers: readonly VerbName[] = ["fleet", "history", "why", "timeline"];

export const fleetFlags: readonly FlagDescription[] = [
  {
    kind: "log",
    name: "from",
    key: "log",
    value: "LOG",
    help: "read the journals of a fleet from this log: nats://HOST,HOST..., tls://HOST..., postgres://HOST/DATABASE",
    only: ["fleet", "why"],
  },
  {
    kind: "log",
    name: "to",
    key: "log",
    value: "LOG",
    help: "copy the journal to this log: nats://HOST,HOST..., tls://HOST..., postgres://HOST/DATABASE",
    only: ["ship"],
  },
  {
    kind: "text",
    name: "id",
    key: "id",
    value: "ID",
    help: "the id of the journal in the fleet (default: the one in its slot, where it is written at first)",
    only: ["ship"],
  },
  {
    kind: "text",
    name: "id",
    key: "id",
    value: "ID",
    help: "only the journal with this id in the fleet; with --from LOG",
    only: readers,
  },
  {
    kind: "text",
    name: "stream",
    key: "stream",
    value: "NAME",
    help: "the stream or the table of the log (default LANE_JOURNALS, or lane_journals)",
    only: ["ship", ...readers],
  },
  {
    kind: "number",
    name: "replicas",
    key: "replicas",
    value: "N",
    least: 1,
    help: "on how many servers a new stream is kept (default 1)",
    only: ["ship"],
  },
  {
    kind: "size",
    name: "max-size",
    key: "maxSize",
    value: "SIZE",
    help: "what a new stream keeps at most (10GB); it drops the oldest first (default: no limit)",
    only: ["ship"],
  },
  {
    kind: "switch",
    name: "once",
    key: "once",
    help: "end when the log has everything, and fail if it does not answer for 30 s",
    only: ["ship"],
  },
  {
    kind: "switch",
    name: "watch",
    key: "watch",
    help: "show the leases live on a terminal, until q or Ctrl-C",
    only: ["fleet"],
  },
  {
    kind: "path",
    name: "mirrors",
    key: "mirrors",
    value: "DIR",
    help: "keep the copies of the journals in this folder; with --from LOG (default: a temporary one)",
    only: ["history", "why", "timeline"],
  },
];
