// Loads the package lane-journal-fleet, which is installed beside this one if somebody wants it, and declares what the
// command uses of it. Nothing here imports it statically, so that the core neither needs nor loads it.
import { errorText } from "../../file/system-error.js";
import { findPackage } from "../../package.js";
import type { Engine, Generation, Lease } from "../../types.js";

/** A log that is open. */
export interface FleetLog {
  lastSequence(): Promise<number>;
  close(): Promise<void>;
}

export interface LogOptions {
  stream?: string;
  replicas?: number;
  maxBytes?: number;
  signal?: AbortSignal;
}

export type ShipEvent =
  | { kind: "started"; id: string; from: { generation: number; offset: number } | undefined }
  | {
      kind: "stored";
      record: { generation: number; offset: number; bytes: { readonly length: number }; endReached: boolean };
    }
  | { kind: "waiting"; error: unknown }
  | { kind: "restarted" };

export interface Shipping {
  journal: string;
  log: FleetLog;
  id?: string;
  signal?: AbortSignal;
  onEvent?(event: ShipEvent): void;
  stopsAtEnd?: boolean;
  giveUpMs?: number;
}

/** One journal, as a log shows it. */
export interface FleetJournal {
  id: string;
  generation: number | undefined;
  leases: Lease[];
  generations: Generation[];
  lagMs: number;
  storedAtMs: number;
  gap: string | undefined;
  note: string | undefined;
}

export interface FleetView {
  journals(): FleetJournal[];
  caughtUp(): Promise<void>;
  changed(): Promise<void>;
  close(): Promise<void>;
}

/** The copy of one journal's files. */
export interface JournalCopy {
  id: string;
  /** Undefined if no file of the journal is in the log whole. */
  path: string | undefined;
  /** The folder with the older files, as archives. */
  archive: string;
  gap: string | undefined;
}

/** Methods, so that a package fits whose logs have more members. */
export interface FleetPackage {
  openLog(address: string, options?: LogOptions): Promise<FleetLog>;
  makeSlot(journal: string): string;
  readJournalId(slot: string): string;
  ship(options: Shipping): Promise<void>;
  openView(options: { log: FleetLog; engine?: Engine; signal?: AbortSignal }): FleetView;
  copyJournals(options: CopyOptions): Promise<JournalCopy[]>;
}

export interface CopyOptions {
  log: FleetLog;
  folder: string;
  id?: string;
  signal?: AbortSignal;
}

const packageName = "lane-journal-fleet";

const functions: readonly (keyof FleetPackage)[] = [
  ...(["openLog", "makeSlot", "readJournalId", "ship", "openView", "copyJournals"] as const),
];

/** Throws if the package is not installed, with what to install, and if it is broken or does not fit. */
export async function loadFleetPackage(): Promise<FleetPackage> {
  const { root, version } = findPackage();
  const wanted = `\`npm install ${packageName}@${version}\``;
  let loaded: unknown;
  try {
    loaded = await import(packageName);
  } catch (error) {
    if (!isMissing(error)) throw new Error(`the package ${packageName} does not load: ${errorText(error)}`);
    const where = `install it where lane-journal is installed (${root}), with --global if that is global`;
    throw new Error(`expected the package ${packageName}, found none: ${wanted}; ${where}`);
  }
  if (!isFleetPackage(loaded)) {
    throw new Error(`expected ${packageName} ${version}, found one that does not fit lane-journal: ${wanted}`);
  }
  return loaded;
}

/** A package that it needs itself and does not find is another error. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_MODULE_NOT_FOUND") return false;
  return error.message.includes(`'${packageName}'`);
}

function isFleetPackage(loaded: unknown): loaded is FleetPackage {
  if (typeof loaded !== "object" || loaded === null) return false;
  return functions.every((name) => typeof Reflect.get(loaded, name) === "function");
}
