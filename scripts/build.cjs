// `npm run build:native`: an incremental build into build/Release. Exits non-zero if the compiler does.
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const env = require('../native/headers.cjs');

const gyp = require.resolve('node-gyp/bin/node-gyp.js');
const cwd = path.join(__dirname, '..');
const run = spawnSync(process.execPath, [gyp, 'configure', 'build', '--jobs', '2', '--loglevel', 'warn'], {
  cwd,
  stdio: 'inherit',
  env,
});
process.exit(run.status ?? 1);
