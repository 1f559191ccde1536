// Prints the sources of one part for binding.gyp, from the list that CMake reads too: `core`, `addon` or `executable`.
const fs = require('node:fs');
const path = require('node:path');

const sources = fs.readFileSync(path.join(__dirname, 'sources.txt'), 'utf8').trim().split(/\s+/);
const partOf = (source) =>
  source.startsWith('native/lj/') ? 'executable' : source.startsWith('native/binding') ? 'addon' : 'core';
console.log(sources.filter((source) => partOf(source) === process.argv[2]).join(' '));
