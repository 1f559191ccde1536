// Opens the log that the command line names.
import { UsageError } from "../args.js";
import type { Flags } from "../flag.js";
import type { FleetLog, FleetPackage, LogOptions } from "./installed.js";

interface Opening {
  flags: Flags;
  signal: AbortSignal | undefined;
}

/** An address or an option that the package rejects is wrong usage. */
export async function openLog(fleet: FleetPackage, address: string, { flags, signal }: Opening): Promise<FleetLog> {
  const { stream, replicas, maxSize: maxBytes } = flags;
  const options: LogOptions = {
    ...(stream !== undefined && { stream }),
    ...(replicas !== undefined && { replicas }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(signal !== undefined && { signal }),
  };
  try {
    return await fleet.openLog(address, options);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}
