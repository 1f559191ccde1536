// Determines the oldest glibc on which a Linux addon loads, from the symbol versions that it requires.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/** The libraries that every glibc system has. libstdc++ is linked statically into the addon. */
const librariesAllowed = /^(lib(c|m|pthread|dl|gcc_s)\.so\.\d+|ld-linux-[\w-]+\.so\.\d+)$/;

/** Symbol versions of libgcc_s that every system with glibc 2.34 provides: they date from GCC 5 or earlier. */
const gccMajorMax = 5;

function readelf(flag, file) {
  const run = spawnSync('readelf', ['-W', flag, file], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (run.error !== undefined) throw new Error(`readelf: expected it on the PATH (Debian: binutils), ${run.error}`);
  if (run.status !== 0) throw new Error(`readelf ${flag} ${file}: expected exit code 0, found ${run.status}`);
  return run.stdout;
}

function compareVersions(a, b) {
  const [x, y] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  }
  return 0;
}

/** Returns `{ glibc, needed }` with a version such as `2.34`. Throws if the addon needs anything else. */
function readFloor(file) {
  const needed = [...readelf('--dynamic', file).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map((found) => found[1]);
  const foreign = needed.filter((library) => !librariesAllowed.test(library));
  if (foreign.length > 0) throw new Error(`${file}: expected only libraries of glibc, found ${foreign.join(', ')}`);
  const wanted = [...readelf('--version-info', file).matchAll(/Name: ([A-Z]+)_([\d.]+)/g)];
  const newGcc = wanted.filter(([, kind, version]) => kind === 'GCC' && compareVersions(version, `${gccMajorMax}`) > 0);
  if (newGcc.length > 0) throw new Error(`${file}: expected symbols of GCC ${gccMajorMax}, found ${newGcc[0][0]}`);
  const versions = wanted.filter(([, kind]) => kind === 'GLIBC').map(([, , version]) => version);
  if (versions.length === 0)
    throw new Error(`${file}: expected symbols of glibc, found none: is it for another system?`);
  return { glibc: versions.toSorted(compareVersions).at(-1), needed };
}

/** Returns the version that prebuilds/README.md promises for a target such as `linux-x64`. */
function readPromise(target) {
  const readme = fs.readFileSync(path.join(__dirname, '..', 'prebuilds', 'README.md'), 'utf8');
  const row = new RegExp(`^\\| ${target}, glibc \\|.*?\\bglibc (\\d+\\.\\d+)\\b`, 'm').exec(readme);
  if (row === null)
    throw new Error(`prebuilds/README.md: expected a row "${target}, glibc" with its floor, found none`);
  return row[1];
}

/** Throws if the addon needs a newer glibc than prebuilds/README.md promises; otherwise returns what it needs. */
function checkFloor(file, target) {
  const promised = readPromise(target);
  const { glibc, needed } = readFloor(file);
  if (compareVersions(glibc, promised) > 0) {
    throw new Error(`${file}: expected to need at most glibc ${promised} (prebuilds/README.md), found ${glibc}`);
  }
  return { glibc, promised, needed };
}

module.exports = { checkFloor, compareVersions, readelf, readFloor };
