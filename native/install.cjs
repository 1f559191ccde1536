// The install hook: a fitting prebuild or a build from source; without either the TypeScript engine serves.
// LANE_REQUIRE_NATIVE=1 (or npm's --build-from-source) turns a failed build into a failed install.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const env = require('./headers.cjs');
const { placeExecutable } = require('./place.cjs');

if (process.platform === 'win32') {
  const prebuild = path.join(__dirname, '..', 'prebuilds', `win32-${process.arch}`, 'lane-journal.node');
  if (!fs.existsSync(prebuild)) {
    console.log(
      'lane-journal: nothing is compiled on Windows, and no prebuild is there; the TypeScript engine serves.',
    );
  }
  process.exit(0);
}

const strict = process.env.LANE_REQUIRE_NATIVE === '1' || process.env.npm_config_build_from_source === 'true';
const gypBuild = path.join(path.dirname(require.resolve('node-gyp-build/package.json')), 'bin.js');
const run = spawnSync(process.execPath, [gypBuild], {
  cwd: path.join(__dirname, '..'),
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  env,
});
if (run.status !== 0) {
  if (strict) {
    process.stderr.write(`${run.stdout}${run.stderr}`);
    process.exit(1);
  }
  console.log('lane-journal: the native engine was not built; the TypeScript engine serves (lj --version tells).');
}
placeExecutable();
