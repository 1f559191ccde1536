// Finds ports on loopback for servers.
import { createServer } from "node:net";

/** Returns ports that were free a moment ago. */
export async function findPorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer();
      await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
      return probe;
    }),
  );
  return Promise.all(
    probes.map(async (probe) => {
      const address = probe.address();
      await new Promise((resolve) => probe.close(resolve));
      if (typeof address !== "object" || address === null) throw new Error("expected a port, found none");
      return address.port;
    }),
  );
}
