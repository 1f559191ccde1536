// Derives every state of a disk that a power cut may leave from its content and the changes made to it.
//
// The model assumes little of a file system. An fsync of a file makes its bytes and its size durable, but not its name.
// An fsync of a folder makes the names in it durable. A rename is atomic. Changes of one name keep their order.
// Everything else may happen: unsynced bytes are lost, torn at any byte, or zeros; unsynced names exist or not, in any
// combination; and the fate of one file or name implies nothing about another.
import { dirname } from "node:path";

/** Names are relative to the recorded folder. Files are numbered in the order in which they first appear. */
export type DataChange =
  | { kind: "write"; file: number; offset: number; bytes: Buffer; modifiedAtMs: number }
  | { kind: "truncate"; file: number; length: number; modifiedAtMs: number };

export type NameChange =
  | { kind: "create"; name: string; file: number; identity: string }
  | { kind: "link"; name: string; file: number }
  | { kind: "mkdir"; name: string }
  | { kind: "unlink"; name: string }
  | { kind: "rename"; name: string; to: string };

export type Change =
  | DataChange
  | NameChange
  | { kind: "touch"; file: number; modifiedAtMs: number }
  | { kind: "sync"; file: number }
  /** The fsync failed: the kernel may have dropped the bytes, and no later fsync reports it. */
  | { kind: "syncFailed"; file: number }
  | { kind: "syncFolder"; name: string };

export interface StoredFile {
  /** A file with hard links has several names; one that is open but unlinked has none. */
  names: string[];
  content: Buffer;
  identity: string;
  modifiedAtMs: number;
}

export interface DiskState {
  folders: string[];
  files: StoredFile[];
}

export interface Unsynced {
  durable: Buffer;
  /** The content after each unsynced change, oldest first. */
  versions: Buffer[];
}

/** Chooses one of the possible states. */
export interface CutPlan {
  /** Chooses the changes of names that reached the disk. A change that depends on a dropped one is dropped too. */
  keepNames(changes: readonly NameChange[]): boolean[];
  /** Chooses the content of a file. */
  chooseContent(file: number, unsynced: Unsynced): Buffer;
}

interface ModelFile {
  identity: string;
  durable: Buffer;
  pending: DataChange[];
  /** The offset from which a failed fsync has left the bytes in doubt. */
  doubtfulFrom: number;
  modifiedAtMs: number;
}

const folderNode = -1;

export class DiskModel {
  readonly #files: ModelFile[] = [];
  /** The durable names: each maps to the number of a file, or to a folder. */
  readonly #names = new Map<string, number>();
  #pending: NameChange[] = [];

  /** All of `start` is durable. */
  constructor(start: DiskState) {
    for (const folder of start.folders) this.#names.set(folder, folderNode);
    for (const { names, content, identity, modifiedAtMs } of start.files) {
      for (const name of names) this.#names.set(name, this.#files.length);
      this.#files.push(newFile(identity, content, modifiedAtMs));
    }
  }

  apply(change: Change): void {
    switch (change.kind) {
      case "write":
      case "truncate": {
        const file = this.#file(change.file);
        file.pending.push(change);
        file.modifiedAtMs = change.modifiedAtMs;
        return;
      }
      case "touch":
        this.#file(change.file).modifiedAtMs = change.modifiedAtMs;
        return;
      case "sync":
        syncFile(this.#file(change.file));
        return;
      case "syncFailed": {
        const file = this.#file(change.file);
        file.doubtfulFrom = Math.min(file.doubtfulFrom, file.durable.length);
        return;
      }
      case "syncFolder":
        this.#syncFolder(change.name);
        return;
      case "create":
        this.#files[change.file] = newFile(change.identity, Buffer.alloc(0), 0);
    }
    this.#pending.push(change);
  }

  /** The changes of names, and the files with changed content, that a cut may still undo. */
  get unsynced(): { names: readonly NameChange[]; files: number[] } {
    const files = [...this.#files.keys()].filter((file) => this.#file(file).pending.length > 0);
    return { names: this.#pending, files };
  }

  contentsOf(file: number): Unsynced {
    const { durable, pending } = this.#file(file);
    const versions: Buffer[] = [];
    let last = durable;
    for (const change of pending) versions.push((last = changeContent(last, change)));
    return { durable, versions };
  }

  cut(plan: CutPlan): DiskState {
    const names = new Map(this.#names);
    const wanted = plan.keepNames(this.#pending);
    const dropped = new Set<string>();
    this.#pending.forEach((change, at) => {
      const touched = change.kind === "rename" ? [change.name, change.to] : [change.name];
      if (wanted[at] === true && !touched.some((name) => dropped.has(name))) applyName(names, change);
      else for (const name of touched) dropped.add(name);
    });
    return this.#describe(names, plan);
  }

  #describe(names: ReadonlyMap<string, number>, plan: CutPlan): DiskState {
    const isThere = (name: string): boolean => {
      const folder = dirname(name);
      return folder === "." || (names.get(folder) === folderNode && isThere(folder));
    };
    const state: DiskState = { folders: [], files: [] };
    const found = new Map<number, string[]>();
    for (const [name, node] of [...names].filter(([name]) => isThere(name))) {
      if (node === folderNode) state.folders.push(name);
      else found.set(node, [...(found.get(node) ?? []), name]);
    }
    for (const [number, itsNames] of found) {
      const { durable, pending, identity, modifiedAtMs } = this.#file(number);
      const content = pending.length === 0 ? durable : plan.chooseContent(number, this.contentsOf(number));
      state.files.push({ names: itsNames, content, identity, modifiedAtMs });
    }
    return state;
  }

  #syncFolder(folder: string): void {
    const inIt = (name: string): boolean => dirname(name) === folder;
    for (const change of this.#pending) {
      if (change.kind === "rename" && inIt(change.name) !== inIt(change.to)) {
        throw new Error(`the model has no rename from folder to folder, found ${change.name} to ${change.to}`);
      }
      if (inIt(change.name)) applyName(this.#names, change);
    }
    this.#pending = this.#pending.filter(({ name }) => !inIt(name));
  }

  #file(number: number): ModelFile {
    const file = this.#files[number];
    if (file === undefined) throw new Error(`expected a file ${number}, found ${this.#files.length} files`);
    return file;
  }
}

function newFile(identity: string, durable: Buffer, modifiedAtMs: number): ModelFile {
  return { identity, durable, pending: [], doubtfulFrom: Number.POSITIVE_INFINITY, modifiedAtMs };
}

function syncFile(file: ModelFile): void {
  for (const change of file.pending) file.durable = changeContent(file.durable, change);
  file.pending = [];
  if (file.doubtfulFrom < file.durable.length) {
    throw new Error(`an fsync is trusted after one that failed: bytes from ${file.doubtfulFrom} on may be lost`);
  }
  file.doubtfulFrom = Number.POSITIVE_INFINITY;
}

function changeContent(content: Buffer, change: DataChange): Buffer {
  if (change.kind === "truncate") return resized(content, change.length);
  const changed = resized(content, Math.max(content.length, change.offset + change.bytes.length));
  change.bytes.copy(changed, change.offset);
  return changed;
}

/** Returns a copy; bytes beyond the old end are zeros. */
export function resized(content: Buffer, length: number): Buffer {
  const copy = Buffer.alloc(length);
  content.copy(copy);
  return copy;
}

function applyName(names: Map<string, number>, change: NameChange): void {
  const { kind, name } = change;
  if (kind === "create" || kind === "link") names.set(name, change.file);
  else if (kind === "mkdir") names.set(name, folderNode);
  else {
    const node = names.get(name);
    names.delete(name);
    if (kind === "rename" && node !== undefined) names.set(change.to, node);
  }
}
