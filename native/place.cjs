// Puts the executable `lj` in the place of dist/package/lj, the script that package.json names as the command, where
// that is safe (docs/architecture.md, "Installing the command"). Elsewhere the script stays and starts the JavaScript
// command.
//
// npm links the command before it runs the install script, and the link leads to the file itself, so a program may
// replace the script. Other package managers write a script of their own, which starts Node with that file.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const folder = path.join(root, 'dist', 'package');
const command = path.join(folder, 'lj');

/** Says why the script stayed. `lj --version` and `lj doctor` print it. */
const noteFile = path.join(folder, 'command.txt');

const script = '#!/usr/bin/env node\nrequire("./lj.js");\n';

const smokeMsMax = 30_000;
const shownCharactersMax = 80;

/** Returns the executables that were built for this platform, relative to the package. Some may be for another libc. */
function findExecutables() {
  const built = path.join('build', 'Release', 'lj');
  if (fs.existsSync(path.join(root, built))) return [built];
  const prebuilds = path.join('prebuilds', `${process.platform}-${process.arch}`);
  const names = fs.existsSync(path.join(root, prebuilds)) ? fs.readdirSync(path.join(root, prebuilds)) : [];
  return names.filter((name) => /^lj(\.\w+)?$/.test(name)).map((name) => path.join(prebuilds, name));
}

/** Returns undefined if the program is this version of the executable, else what is wrong. */
function checkProgram(file) {
  const { version } = require('../package.json');
  const env = { PATH: process.env.PATH };
  const { error, status, signal, stdout } = spawnSync(file, ['--version'], {
    encoding: 'utf8',
    env,
    timeout: smokeMsMax,
  });
  if (error !== undefined) return error.message;
  const expected = `lane-journal ${version}\n`;
  if (status === 0 && stdout.startsWith(expected)) return undefined;
  const printed = stdout.slice(0, shownCharactersMax).trim();
  return `expected --version to print ${expected.trim()}, found exit code ${status ?? signal} and "${printed}"`;
}

/** Writes the content beside the command, and renames it over it. Returns undefined, or what is wrong. */
function replaceCommand(content, check) {
  const copy = `${command}.new-${process.pid}`;
  try {
    fs.writeFileSync(copy, content);
    fs.chmodSync(copy, 0o755);
    const fault = check(copy);
    if (fault === undefined) fs.renameSync(copy, command);
    return fault;
  } catch (error) {
    return error.message;
  } finally {
    fs.rmSync(copy, { force: true });
  }
}

/**
 * Returns whether the file may be replaced: it is the script, or an executable that an earlier run put there. That one
 * does not run if the folder was copied from a machine with another libc.
 */
function isOurs(content, executables) {
  if (content.equals(Buffer.from(script))) return true;
  if (content.subarray(0, 2).equals(Buffer.from('#!'))) return false;
  return executables.some((executable) => content.equals(readPackaged(executable))) || !checkProgram(command);
}

function readPackaged(executable) {
  return fs.readFileSync(path.join(root, executable));
}

/** Returns undefined if the executable is in place, else why it is not. */
function place(agent) {
  if (!agent.startsWith('npm/')) {
    const manager = agent.split(' ')[0] || 'an unknown program';
    return `${manager} installed the package, and only npm starts a program without Node`;
  }
  const executables = findExecutables();
  const content = fs.readFileSync(command);
  if (!isOurs(content, executables)) return `${command} is neither the script nor the executable of this package`;
  const faults = [];
  for (const executable of executables) {
    const fault = replaceCommand(readPackaged(executable), checkProgram);
    if (fault === undefined) return undefined;
    faults.push(`${executable} does not run here: ${fault}`);
  }
  if (!content.equals(Buffer.from(script))) replaceCommand(script, () => undefined);
  return faults.join('; ') || 'no executable was built';
}

/** What is packed must be the script, because a tarball serves all platforms. */
function isPacking() {
  return ['pack', 'publish'].includes(process.env.npm_command) || process.env._PACOTE_NO_PREPARE_ !== undefined;
}

/** Never fails: the script serves as well. Before the first build in a clone there is no script. */
function placeExecutable() {
  if (process.platform === 'win32' || isPacking() || !fs.existsSync(command)) return;
  try {
    fs.rmSync(noteFile, { force: true });
    const why = place(process.env.npm_config_user_agent ?? '');
    if (why !== undefined) fs.writeFileSync(noteFile, `${why}\n`);
  } catch (error) {
    console.log(`lane-journal: the command lj stays a script: ${error.message}`);
  }
}

module.exports = { placeExecutable, script };
if (require.main === module) placeExecutable();
