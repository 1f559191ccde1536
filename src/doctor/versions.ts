// Collects the versions that a bug report needs.
import { availableParallelism, cpus, release } from "node:os";
import { isObject } from "../core/words.js";
import { findPackage } from "../package.js";

export interface Versions {
  package: string;
  node: string;
  napi: string;
  uv: string;
  /** The kernel's name and release, and the processor's architecture. */
  os: string;
  /** For example `glibc 2.36`; empty if the process uses another C library or Node does not report it. */
  libc: string;
  cpu: string;
  /** The number of processors that this process may use. */
  processors: number;
}

export function findVersions(): Versions {
  return {
    package: findPackage().version,
    node: process.versions.node,
    napi: process.versions["napi"] ?? "",
    uv: process.versions.uv,
    os: `${process.platform} ${release()} ${process.arch}`,
    libc: findLibc(),
    cpu: cpus()[0]?.model.trim() ?? "",
    processors: availableParallelism(),
  };
}

/** Reads Node's diagnostic report without network addresses and handles, which take long to collect. */
function findLibc(): string {
  // Newer than the type declarations. Without it the report resolves host names.
  Reflect.set(process.report, "excludeNetwork", true);
  const report: unknown = process.report.getReport();
  const header = isObject(report) ? report["header"] : undefined;
  const version = isObject(header) ? header["glibcVersionRuntime"] : undefined;
  return typeof version === "string" ? `glibc ${version}` : "";
}
