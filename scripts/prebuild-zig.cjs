// Checks what zig.cjs has built, and runs it where this machine can: natively, in Bun for musl, under qemu, under wine.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { readMachO, readPe } = require('./binary.cjs');
const { fetchPackage } = require('./cache.cjs');
const { readelf } = require('./floor.cjs');
const { addonExports, buildWithZig, zigTargets } = require('./zig.cjs');

const root = path.join(__dirname, '..');

/** For lack of a Node for musl in the registry. */
const bunForMusl = '@oven/bun-linux-x64-musl@1.4.5';
const muslLoader = '/lib/ld-musl-x86_64.so.1';

/** One tarball contains all prebuilds, and npm users download it whole. */
const bytesMax = 4 * 1024 * 1024;

/** The libraries that every system of its kind has. */
const librariesAllowed = {
  linux: /^libc\.so$/,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
  win32: /^(node\.exe|kernel32\.dll|api-ms-win-crt-[\w-]+\.dll)$/i,
};

function readElf(file) {
  const libraries = [...readelf('--dynamic', file).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map((found) => found[1]);
  const rows = readelf('--dyn-syms', file).split('\n');
  const defined = rows.map((row) => / (?:GLOBAL|WEAK) +DEFAULT +(?!UND)\S+ (\S+)$/.exec(row)?.[1]);
  return { libraries, exports: defined.filter((name) => name !== undefined) };
}

function readBinary(platform, file) {
  if (platform === 'linux') return readElf(file);
  if (platform === 'win32') return readPe(file);
  const found = readMachO(file);
  return { ...found, exports: found.exports.map((name) => name.slice(1)) };
}

/** Throws if the file exports, needs or weighs something else than it may. */
function checkBinary(name, file) {
  const [platform] = name.split('-');
  const { floor } = zigTargets[name];
  const { exports, libraries, system = floor, isSigned = true } = readBinary(platform, file);
  const told = path.relative(root, file);
  const foreign = libraries.filter((library) => !librariesAllowed[platform].test(library));
  if (foreign.length > 0) throw new Error(`${told}: expected only the system's libraries, found ${foreign.join(', ')}`);
  const sorted = exports.toSorted().join(', ');
  if (file.endsWith('.node') && sorted !== addonExports.join(', ')) {
    throw new Error(`${told}: expected the exports ${addonExports.join(', ')}, found ${sorted}`);
  }
  if (system !== floor) throw new Error(`${told}: expected it to run on ${floor}, found ${system}`);
  // macOS on arm64 ends a program without a signature, be it ad hoc.
  if (name === 'darwin-arm64' && !isSigned) throw new Error(`${told}: expected an ad hoc signature, found none`);
  const { size } = fs.statSync(file);
  if (size > bytesMax) throw new Error(`${told}: expected at most ${bytesMax} bytes, found ${size}`);
  console.log(`${told} (${Math.round(size / 1024)} KiB): needs ${floor}; ${libraries.join(', ') || 'no libraries'}`);
}

function expectSuccess(command, args, env) {
  const { error, status, signal } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (error !== undefined) throw new Error(`${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: expected exit code 0, found ${status ?? signal}`);
}

/** Each returns what did not run and why, or undefined. */
const runs = {
  'linux-x64-musl'({ smokeTest, env }, [, executable]) {
    expectSuccess(executable, ['--version']);
    if (!fs.existsSync(muslLoader)) return `the addon: expected ${muslLoader} (Debian: musl), found none`;
    const bun = path.join(fetchPackage(bunForMusl), 'node_modules', '@oven', 'bun-linux-x64-musl', 'bin', 'bun');
    if (spawnSync(bun, ['--version']).status !== 0) return 'the addon: Bun for musl lacks its libstdc++, as on Alpine';
    expectSuccess(bun, smokeTest, { ...env, LIBC: 'musl' });
  },
  'linux-arm64-musl'(_, [, executable]) {
    expectSuccess('qemu-aarch64-static', [executable, '--version']);
    return 'the addon: there is no Node for arm64 and musl here';
  },
  'darwin-x64': () => 'both: nothing here runs programs for macOS',
  'darwin-arm64': () => 'both: nothing here runs programs for macOS',
  'win32-x64': () => runInWine(),
};

function runInWine() {
  const args = ['scripts/wine.mjs', 'smoke', 'native'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return undefined;
  if (status === 75) return 'the addon: wine cannot be had here (scripts/wine.mjs says why)';
  throw new Error(`node ${args.join(' ')}: expected exit code 0, found ${status}`);
}

/** `smoke` is `{ smokeTest, env }`: the arguments of the smoke test and its environment. */
function prebuildWithZig(name, stage, smoke) {
  const files = buildWithZig(name, stage);
  for (const file of files) checkBinary(name, file);
  const unrun = runs[name](smoke, files);
  if (unrun !== undefined) console.log(`${name}: NOT RUN, ${unrun}`);
}

module.exports = { prebuildWithZig };
