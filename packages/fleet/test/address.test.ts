// Checks which addresses of logs are understood, and that no message repeats a password.
import { describe, expect, it } from "vitest";
import { parseAddress } from "../src/address.js";
import { LogUnavailableError, openLog } from "../src/open-log.js";
import { findPorts } from "./support/ports.js";

describe("the address of a log", () => {
  it.each([
    ["nats://a", ["a:4222"], undefined, undefined, false],
    ["nats://a:1,b,c:3", ["a:1", "b:4222", "c:3"], undefined, undefined, false],
    ["nats://a:1, nats://b:2", ["a:1", "b:2"], undefined, undefined, false],
    ["tls://[::1]:7", ["[::1]:7"], undefined, undefined, true],
    ["nats://me:s%40cret@a,b", ["a:4222", "b:4222"], "me", "s@cret", false],
    ["nats://token@a", ["a:4222"], "token", undefined, false],
  ])("%s names servers and a login", (address, servers, user, password, isTls) => {
    const scheme = isTls ? "tls" : "nats";
    const shown = `${scheme}://${servers.join(",")}`;
    expect(parseAddress(address)).toEqual({ kind: "nats", servers, user, password, isTls, shown });
  });

  it("may be that of a database", () => {
    const url = "postgresql://me:secret@a:5/db?sslmode=verify-full";
    expect(parseAddress(url)).toEqual({ kind: "postgres", url, shown: "postgresql://a:5/db" });
  });

  it.each([
    "",
    "a",
    "http://a",
    "nats://",
    "nats://a,,b",
    "nats://a/path",
    "nats://me:secret@a:port",
    "postgres://a:x/b",
  ])("is not %j, and the message hides a login", (address) => {
    expect(() => parseAddress(address)).toThrow(/^expected nats:\/\/HOST.*, found "/);
    expect(() => parseAddress(address)).not.toThrow(/secret/);
  });
});

describe("a log whose servers do not answer", () => {
  it.each(["nats://me:secret@", "postgres://me:secret@"])("is named with what was found, at %s", async (scheme) => {
    const [port] = await findPorts(1);
    const opening = openLog(`${scheme}127.0.0.1:${port}${scheme.startsWith("postgres") ? "/db" : ""}`);
    await expect(opening).rejects.toThrow(LogUnavailableError);
    const message = String(await opening.catch((error: unknown) => error));
    expect(message).toMatch(/: (nats|postgres):\/\/127\.0\.0\.1:\d+.*: expected a .* server.*, found: .*ECONNREFUSED/);
    expect(message).not.toContain("secret");
  });

  it("has no replicas and no limit in PostgreSQL", async () => {
    await expect(openLog("postgres://a/b", { replicas: 3 })).rejects.toThrow("replicas: expected none");
    await expect(openLog("postgres://a/b", { maxBytes: 3 })).rejects.toThrow("maxBytes: expected none");
  });

  it("is not waited for once the signal aborts", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(openLog("nats://127.0.0.1:1", { signal })).rejects.toThrow("enough");
  });
});
