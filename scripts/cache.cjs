// Names the folder for what the scripts fetch and may use again: compilers, runtimes, wine. It lies outside the
// repository, so that a clean clone finds it too. `LANE_CACHE` chooses another one. It is not in the temporary folder,
// because other users could put programs there.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

function cacheFolder(name) {
  const caches = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  const folder = path.join(process.env.LANE_CACHE || path.join(caches, 'lane-journal'), name);
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

function runNpm(args, cwd) {
  const { error, status } = spawnSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error !== undefined) throw new Error(`npm: ${error.message}`);
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: expected exit code 0, found ${status}`);
}

/** Installs a package such as `name@1.2.3` without running its scripts. Returns the folder of the installation. */
function fetchPackage(spec) {
  const folder = cacheFolder(spec.replace(/^@/, '').replaceAll('/', '-'));
  const done = path.join(folder, 'node_modules', '.complete');
  if (fs.existsSync(done)) return folder;
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  // `--force`: a runtime for another platform is refused otherwise.
  runNpm(['install', spec, '--silent', '--force', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  fs.writeFileSync(done, '');
  return folder;
}

module.exports = { cacheFolder, fetchPackage };
