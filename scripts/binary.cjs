// Reads from an addon or executable for macOS or Windows what it exports, which libraries it needs, and the oldest
// system it runs on. Debian's binutils read neither format.
const fs = require('node:fs');

/** The kinds of load commands, from Apple's mach-o/loader.h. */
const commandKind = { symbols: 0x2, library: 0xc, signature: 0x1d, buildVersion: 0x32 };

const headerBytes = 32;
const symbolBytes = 16;

/** Returns `{ exports, libraries, system, isSigned }` of a 64-bit Mach-O file. */
function readMachO(file) {
  const bytes = fs.readFileSync(file);
  if (bytes.readUInt32LE(0) !== 0xfeedfacf) throw new Error(`${file}: expected a 64-bit Mach-O file, found another`);
  const found = { exports: [], libraries: [], system: '', isSigned: false };
  let at = headerBytes;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    readCommand(bytes, at, found);
    at += bytes.readUInt32LE(at + 4);
  }
  return found;
}

function readCommand(bytes, at, found) {
  switch (bytes.readUInt32LE(at)) {
    case commandKind.library:
      found.libraries.push(textAt(bytes, at + bytes.readUInt32LE(at + 8)));
      break;
    case commandKind.buildVersion: {
      const version = bytes.readUInt32LE(at + 12);
      found.system = `macOS ${version >>> 16}.${(version >>> 8) & 0xff}`;
      break;
    }
    case commandKind.signature:
      found.isSigned = true;
      break;
    case commandKind.symbols:
      found.exports.push(...readSymbols(bytes, at));
      break;
    default:
  }
}

/** The names that are external and defined in a section. */
function readSymbols(bytes, at) {
  const [symbols, count, strings] = [8, 12, 16].map((offset) => bytes.readUInt32LE(at + offset));
  const names = [];
  for (let i = 0; i < count; i++) {
    const symbol = symbols + i * symbolBytes;
    const type = bytes.readUInt8(symbol + 4);
    const isPrivate = (type & 0x10) !== 0;
    if ((type & 0xef) === 0x0f && !isPrivate) names.push(textAt(bytes, strings + bytes.readUInt32LE(symbol)));
  }
  return names;
}

function textAt(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}

/** Returns `{ exports, libraries }` of a 64-bit PE file. */
function readPe(file) {
  const bytes = fs.readFileSync(file);
  const pe = bytes.readUInt32LE(0x3c);
  if (bytes.toString('latin1', pe, pe + 4) !== 'PE\0\0' || bytes.readUInt16LE(pe + 24) !== 0x20b) {
    throw new Error(`${file}: expected a 64-bit PE file, found another`);
  }
  const optional = pe + 24;
  const sections = optional + bytes.readUInt16LE(pe + 20);
  const offsetOf = (address) => offsetIn(bytes, { at: sections, count: bytes.readUInt16LE(pe + 6) }, address);
  return {
    exports: readExports(bytes, bytes.readUInt32LE(optional + 112), offsetOf),
    libraries: readImports(bytes, bytes.readUInt32LE(optional + 120), offsetOf),
  };
}

/** Converts an address in memory to an offset in the file. */
function offsetIn(bytes, { at, count }, address) {
  for (let i = 0; i < count; i++) {
    const section = at + i * 40;
    const [size, start, , place] = [8, 12, 16, 20].map((offset) => bytes.readUInt32LE(section + offset));
    if (address >= start && address < start + size) return address - start + place;
  }
  throw new Error(`expected a section with the address ${address}, found none`);
}

function readExports(bytes, address, offsetOf) {
  if (address === 0) return [];
  const table = offsetOf(address);
  const names = offsetOf(bytes.readUInt32LE(table + 32));
  const count = bytes.readUInt32LE(table + 24);
  return Array.from({ length: count }, (_, i) => textAt(bytes, offsetOf(bytes.readUInt32LE(names + i * 4))));
}

function readImports(bytes, address, offsetOf) {
  const libraries = [];
  for (let entry = offsetOf(address); bytes.readUInt32LE(entry + 12) !== 0; entry += 20) {
    libraries.push(textAt(bytes, offsetOf(bytes.readUInt32LE(entry + 12))));
  }
  return libraries;
}

module.exports = { readMachO, readPe };
