// A disk's content and the changes made to it in -> every state that a power cut may leave, chosen by a plan.
//
// What is assumed of a file system is little: an fsync of a file makes its bytes and its size durable, not its name; an
// fsync of a folder makes the names in it durable; a rename is atomic; changes of one name keep their order. All else
// may
// happen: bytes not synced are lost, torn at any byte, or zeros; names not synced are there or not, in any combination,
// and whatever is done to one file or name tells nothing of another.
import { dirname } from "node:path";

/** Names are relative to the folder that is watched; files are counted in the order in which they are met. */
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
  /** An fsync that failed: the kernel may have dropped the bytes, and no later fsync says so. */
  | { kind: "syncFailed"; file: number }
  | { kind: "syncFolder"; name: string };

export interface StoredFile {
  /** More than one for a file with hard links; none for one that is open but unlinked. */
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
  /** The content after each change that was not synced, oldest first. */
  versions: Buffer[];
}

/** Chooses one state of those that are possible. */
export interface CutPlan {
  /** Which of the changes of names reached the disk; those that need one that did not are dropped too. */
  keepNames(changes: readonly NameChange[]): boolean[];
  /** What a file holds. */
  chooseContent(file: number, unsynced: Unsynced): Buffer;
}

interface ModelFile {
  identity: string;
  durable: Buffer;
  pending: DataChange[];
  /** Bytes of a failed fsync start here. */
  doubtfulFrom: number;
  modifiedAtMs: number;
}

const folderNode = -1;

export class DiskModel {
  readonly #files: ModelFile[] = [];
  /** What the names durably stand for: a file's number, or a folder. */
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

  /** How many changes a cut may still undo: of names, and of the content of files. */
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

/** A copy; what is new in it is zeros. */
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
