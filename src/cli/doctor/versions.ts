// Nothing in -> the versions of whatever a report of a fault has to name.
import { availableParallelism, cpus, release } from "node:os";
import { isObject } from "../../core/words.js";
import { findPackage } from "../../package.js";

export interface Versions {
  package: string;
  node: string;
  napi: string;
  uv: string;
  /** Kernel's name, release and the processor's architecture. */
  os: string;
  /** `glibc 2.36`; empty where the process has another C library or does not tell. */
  libc: string;
  cpu: string;
  /** Processors this process may use. */
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

/** Node's own report knows; its addresses and handles, which take long, are left out. */
function findLibc(): string {
  // Newer than the types; without it the report looks up names.
  Reflect.set(process.report, "excludeNetwork", true);
  const report: unknown = process.report.getReport();
  const header = isObject(report) ? report["header"] : undefined;
  const version = isObject(header) ? header["glibcVersionRuntime"] : undefined;
  return typeof version === "string" ? `glibc ${version}` : "";
}
