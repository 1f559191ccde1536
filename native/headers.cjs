// Exports the environment for node-gyp: all processors compile, and Node's own headers are used where they lie beside
// the binary, so that no download is needed.
const fs = require('node:fs');
const path = require('node:path');

const prefix = path.resolve(process.execPath, '..', '..');
const hasHeaders = fs.existsSync(path.join(prefix, 'include', 'node', 'node_api.h'));
module.exports = {
  npm_config_jobs: 'max',
  ...process.env,
  ...(hasHeaders ? { npm_config_nodedir: prefix } : {}),
};
