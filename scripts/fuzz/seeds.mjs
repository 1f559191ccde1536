// Writes the fuzz targets' seed files from the vectors and the benchmark journals: journals, single lines, saved
// states.
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Longer journals slow the fuzzer down more than they help. */
const seedBytesMax = 6000;

/** The number of bytes that native/fuzz/input.h removes from the end of an input. */
const choiceBytes = 8;

/** Writes the seeds into a new folder for each kind, and returns the folders by kind. */
export async function writeSeeds(root, folder) {
  const { journalBlocks } = await import(path.join(root, "dist/src/bench/journal.js"));
  const { profiles } = await import(path.join(root, "dist/src/bench/profiles.js"));
  const made = Object.keys(profiles).map((profile) => joinBlocks(journalBlocks({ entries: 24, seed: 7, profile })));
  const journals = [...readVectors(path.join(root, "test/vectors")), ...made].map((bytes) => cutAtLine(bytes));
  const kinds = {
    journals,
    lines: journals.flatMap((bytes) => splitLines(bytes)),
    snapshots: await saveStates(root, folder, journals),
  };
  for (const [kind, seeds] of Object.entries(kinds)) writeFolder(path.join(folder, kind), seeds);
  return Object.fromEntries(Object.keys(kinds).map((kind) => [kind, path.join(folder, kind)]));
}

function joinBlocks(blocks) {
  return Buffer.concat(Array.from(blocks, (block) => block.bytes));
}

function readVectors(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => {
    const vectors = JSON.parse(readFileSync(path.join(folder, name), "utf8"));
    const cases = [vectors, ...(vectors.cases ?? [])];
    return cases.flatMap(({ journal, journal_b64: base64, line }) => {
      if (typeof base64 === "string") return [Buffer.from(base64, "base64")];
      return [journal, line].filter((text) => typeof text === "string").map((text) => Buffer.from(text));
    });
  });
}

function cutAtLine(bytes) {
  if (bytes.length <= seedBytesMax) return bytes;
  const end = bytes.lastIndexOf("\n", seedBytesMax);
  return bytes.subarray(0, end < 0 ? seedBytesMax : end + 1);
}

function splitLines(bytes) {
  return bytes
    .toString("latin1")
    .split("\n")
    .map((line) => Buffer.from(line, "latin1"));
}

/** Returns the states that the native engine saves for the journals. */
async function saveStates(root, folder, journals) {
  const { loadNativeEngine } = await import(path.join(root, "dist/src/engine/native.js"));
  const { engine, reason } = loadNativeEngine();
  if (engine === undefined) throw new Error(`expected the native engine to load, found: ${reason}`);
  const place = path.join(folder, "journal.jsonl");
  mkdirSync(folder, { recursive: true });
  return journals.map((bytes) => {
    writeFileSync(place, bytes);
    const file = openSync(place, "r");
    const fold = engine.openFold({ kind: "scan", threads: 1 });
    while (!fold.step(file, 1 << 20));
    closeSync(file);
    return fold.snapshot();
  });
}

function writeFolder(folder, seeds) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const seed of seeds) {
    const digest = createHash("sha256").update(seed).digest();
    const name = digest.toString("hex").slice(0, 16);
    // Choices that differ between seeds but are the same in every run.
    writeFileSync(path.join(folder, name), Buffer.concat([seed, digest.subarray(0, choiceBytes)]));
  }
}
