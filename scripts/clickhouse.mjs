// Runs the suite of the ClickHouse view. The package chdb, which contains ClickHouse, is far too large for every
// installation (540 MB), so it is installed into a folder of its own.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const version = "3.4.0";
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "build-clickhouse");

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const installed = join(folder, `installed-${version}`);
if (!existsSync(installed)) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact", `chdb@${version}`], {
    cwd: folder,
  });
  writeFileSync(installed, "");
}
const env = { ...process.env, LANE_CHDB: join(folder, "node_modules", "chdb") };
run("npx", ["vitest", "run", "test/sql/clickhouse.test.ts", ...process.argv.slice(2)], { cwd: root, env });
