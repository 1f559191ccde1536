// Wraps the real disk so that its n-th call fails, is cut short or is interrupted, or so that it runs out of space.
import { type Disk, nodeDisk } from "../../src/file/disk.js";
import { type Fault, isHit, type Saboteur, type Told, untouched } from "./nth-call-fault.js";

export class FaultyDisk implements Saboteur {
  readonly disk: Disk;
  #fault: Fault = untouched;
  #told: Told = { calls: 0, failed: 0, name: "-" };
  #room = Number.POSITIVE_INFINITY;

  constructor() {
    this.disk = new Proxy(nodeDisk, {
      get: (disk, name) => {
        const method: unknown = Reflect.get(disk, name);
        if (!isMethod(method)) return method;
        return (...given: unknown[]): unknown => this.#call(disk, String(name), method, given);
      },
    });
  }

  arm(_folder: string, fault: Fault): void {
    this.#fault = fault;
    this.#told = { calls: 0, failed: 0, name: "-" };
    this.#room = fault.kind === "room" ? fault.bytes : Number.POSITIVE_INFINITY;
  }

  disarm(): Told {
    const told = this.#told;
    this.arm("", untouched);
    return told;
  }

  #call(disk: Disk, name: string, method: Method, given: unknown[]): unknown {
    const nth = ++this.#told.calls;
    if (this.#fault.kind === "room") return Reflect.apply(method, disk, this.#withinRoom(name, given));
    if (!isHit(this.#fault, nth) || !canMeet(name, this.#fault.code)) return Reflect.apply(method, disk, given);
    this.#told = { calls: nth, failed: this.#told.failed + 1, name };
    if (this.#fault.code === "SHORT") return Reflect.apply(method, disk, given.map(firstByte));
    // Linux frees the descriptor whatever close returns.
    if (name === "close") Reflect.apply(method, disk, given);
    throw failure(this.#fault.code, name);
  }

  #withinRoom(name: string, given: unknown[]): unknown[] {
    const [fd, bytes] = given;
    if (name !== "write" || !(bytes instanceof Uint8Array)) return given;
    const part = bytes.subarray(0, this.#room);
    if (part.length < bytes.length) this.#told = { ...this.#told, failed: this.#told.failed + 1, name };
    if (part.length === 0) throw failure("ENOSPC", name);
    this.#room -= part.length;
    return [fd, part];
  }
}

type Method = (...given: unknown[]) => unknown;

function isMethod(value: unknown): value is Method {
  return typeof value === "function";
}

function failure(code: string, call: string): Error {
  return Object.assign(new Error(`${code}: injected, ${call}`), { code, syscall: call });
}

/** Node repeats all interrupted calls except these, and only these can be short. */
function canMeet(call: string, code: string): boolean {
  return (code !== "EINTR" && code !== "SHORT") || call === "read" || call === "write";
}

function firstByte(given: unknown): unknown {
  return given instanceof Uint8Array ? given.subarray(0, 1) : given;
}
