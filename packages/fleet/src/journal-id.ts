// Gives a journal its id in the fleet. It is kept in the journal's slot, so it stays the same when the shipper is
// started again, and two journals of one host have two.
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isJournalId } from "./record.js";

const hostLettersMax = 40;

/** Returns the journal's slot (docs/format.md of lane-journal, section 7, "Slot"). It is created if it is missing. */
export function makeSlot(journal: string): string {
  const path = followLinks(journal);
  const slot = join(dirname(path), `.${basename(path)}.ship`);
  mkdirSync(slot, { recursive: true });
  return slot;
}

/** Returns the id in the slot; a new one is written if there is none. Throws if the file holds something else. */
export function readJournalId(slot: string): string {
  const file = join(slot, "id");
  const known = readIfThere(file);
  if (known === undefined) return writeId(slot, file);
  const id = known.trim();
  if (!isJournalId(id))
    throw new Error(`${file}: expected 1 to 64 letters, digits, - and _, found ${JSON.stringify(id)}`);
  return id;
}

/** Hostnames repeat, hence the random letters. A link never replaces the id that another process wrote meanwhile. */
function writeId(slot: string, file: string): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9-]+/g, "-")
    .slice(0, hostLettersMax);
  const id = `${host}-${randomBytes(6).toString("hex")}`;
  const temporary = join(slot, `id.${randomBytes(6).toString("hex")}`);
  writeFileSync(temporary, `${id}\n`, { flush: true });
  try {
    linkSync(temporary, file);
    return id;
  } catch (error) {
    if (readIfThere(file) === undefined) throw error;
    return readJournalId(slot);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A journal that does not exist yet has no links to follow. */
function followLinks(journal: string): string {
  try {
    return realpathSync(journal);
  } catch (error) {
    if (isMissing(error)) return journal;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
