// Sends faults as orders to the preloaded shim, which fails the real calls of Node and the addon.
import { readlinkSync } from "node:fs";
import { constants } from "node:os";
import { nodeDisk } from "../../../src/file/disk.js";
import { type Fault, type Saboteur, type Told, untouched } from "../nth-call-fault.js";

export class Shim implements Saboteur {
  readonly disk = nodeDisk;

  arm(folder: string, fault: Fault): void {
    if (fault.kind === "room") order(`room ${fault.bytes}`);
    const { first, last, step, code } = fault.kind === "room" ? untouched : fault;
    order(`arm ${first} ${last} ${step} ${errnoOf(code)} ${folder}`);
  }

  disarm(): Told {
    const [calls = "", failed = "", name = ""] = order("disarm").split(" ");
    order("room -1");
    return { calls: Number(calls), failed: Number(failed), name };
  }
}

function order(text: string): string {
  return readlinkSync(`/lane-shim/${text}`);
}

/** 0 means a short count. */
function errnoOf(code: string): number {
  if (code === "SHORT") return 0;
  const found = Object.entries(constants.errno).find(([name]) => name === code);
  if (found === undefined) throw new Error(`expected the name of an error, found ${code}`);
  return found[1];
}
