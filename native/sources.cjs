// Prints the units of one part for binding.gyp: `core`, `addon` or `executable`. The sources of a folder are compiled
// together, because a file alone spends most of its time on the headers of simdjson and of the standard library.
// CMake reads the same list, native/sources.txt.
const fs = require('node:fs');
const path = require('node:path');

/** Compiled alone: both choose their instruction set for the whole file. */
const alone = ['native/simdjson_unit.cc', 'native/match/match.cc'];
const folder = 'build/units';

const sources = fs.readFileSync(path.join(__dirname, 'sources.txt'), 'utf8').trim().split(/\s+/);

function partOf(source) {
  if (source.startsWith('native/lj/')) return 'executable';
  return source.startsWith('native/binding') ? 'addon' : 'core';
}

/** Writes a unit only if it changes, so that make compiles it again only then. */
function writeUnit(name, members) {
  const unit = `${folder}/${name}.cc`;
  const file = path.join(__dirname, '..', unit);
  const text = members.map((source) => `#include "${path.posix.relative('native', source)}"\n`).join('');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) fs.writeFileSync(file, text);
  return unit;
}

const ours = sources.filter((source) => partOf(source) === process.argv[2]);
const joined = ours.filter((source) => !alone.includes(source));
const folders = [...new Set(joined.map((source) => path.posix.dirname(source)))];
const units = folders.map((each) =>
  writeUnit(
    path.posix.basename(each),
    joined.filter((source) => path.posix.dirname(source) === each),
  ),
);
console.log([...ours.filter((source) => alone.includes(source)), ...units].join(' '));
