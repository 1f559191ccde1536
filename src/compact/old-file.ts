// Keeps the file that a compaction replaces open until its last lines have been carried over (docs/format.md 7).
import { closeQuietly, unlinkQuietly } from "../file/cleanup.js";
import { type Disk, type FileState, openFlags } from "../file/disk.js";
import { NotRegularError, openRegular, type RegularFile } from "../file/regular.js";
import { errorCode } from "../file/system-error.js";
import { refuse } from "../file/target.js";
import { nameTemporary } from "./temporary.js";

/**
 * The journal's file when the compaction began. Windows replaces no file that is open. There the file gets a second
 * name and is closed before the rename, and is opened by that name after it. A compaction that is killed in between
 * leaves the name to the next one, which removes it.
 */
export class OldFile {
  readonly path: string;
  /** The state when it was opened. */
  readonly state: FileState;
  readonly #disk: Disk;
  #fd: number | undefined;
  #secondName: string | undefined;

  private constructor({ path, fd, state }: RegularFile, disk: Disk) {
    this.path = path;
    this.state = state;
    this.#fd = fd;
    this.#disk = disk;
  }

  /** Returns undefined if there is no journal. */
  static open(path: string, disk: Disk): OldFile | undefined {
    try {
      return new OldFile(openRegular(path, openFlags.read, disk), disk);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error instanceof NotRegularError ? refuse(path, `a ${error.kind}`) : error;
    }
  }

  /** Throws between `makeWay` and `reopen`. */
  get fd(): number {
    if (this.#fd !== undefined) return this.#fd;
    throw new Error(`expected the old file of ${this.path} to be open, found it closed`);
  }

  /** Call it just before the rename. */
  makeWay(): void {
    if (this.#disk.semantics === "posix") return;
    const name = nameTemporary(this.path);
    this.#disk.link(this.path, name);
    this.#secondName = name;
    this.#expectSelf(this.#disk.lstat(name));
    this.#close();
  }

  /** Call it after the rename. Returns the descriptor. */
  reopen(): number {
    if (this.#secondName === undefined) return this.fd;
    const { fd, state } = openRegular(this.#secondName, openFlags.read, this.#disk);
    this.#fd = fd;
    this.#expectSelf(state);
    return fd;
  }

  /** Closes the file and removes its second name. */
  end(): void {
    this.#close();
    if (this.#secondName !== undefined) unlinkQuietly(this.#secondName, this.#disk);
    this.#secondName = undefined;
  }

  #expectSelf({ identity }: FileState): void {
    const expected = this.state.identity;
    if (identity !== expected) throw new Error(`expected the file ${expected} by its second name, found ${identity}`);
  }

  #close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeQuietly(fd, this.#disk);
  }
}
