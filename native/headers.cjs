// -> the environment for node-gyp: Node's own headers where they lie beside the binary, so that no download is needed.
const fs = require('node:fs');
const path = require('node:path');

const prefix = path.resolve(process.execPath, '..', '..');
const hasHeaders = fs.existsSync(path.join(prefix, 'include', 'node', 'node_api.h'));
module.exports = hasHeaders ? { ...process.env, npm_config_nodedir: prefix } : process.env;
