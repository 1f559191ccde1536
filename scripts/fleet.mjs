// `npm run build:fleet`: compiles packages/fleet into its dist/, against the types in dist/src. It links this checkout
// into the package's node_modules, where npm puts the core for users, so that the compiled package runs here too.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const fleet = path.join(root, "packages", "fleet");

const modules = path.join(fleet, "node_modules");
mkdirSync(modules, { recursive: true });
rmSync(path.join(modules, "lane-journal"), { force: true });
symlinkSync(path.relative(modules, root), path.join(modules, "lane-journal"), "junction");

rmSync(path.join(fleet, "dist"), { recursive: true, force: true });
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const project = path.join(fleet, "tsconfig.build.json");
process.exitCode = spawnSync(process.execPath, [compiler, "-p", project], { stdio: "inherit" }).status ?? 1;
