// Serves a registry on this host that has the given tarball of this package and passes every other request to another
// registry. It prints its address once it listens, and runs until it is killed.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [tarball, manifest, upstream] = process.argv.slice(2);
const bytes = readFileSync(tarball);
const described = JSON.parse(readFileSync(manifest, "utf8"));
const { name, version } = described;
const tarballPath = `/${name}/-/${name}-${version}.tgz`;
const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;

const server = createServer((request, response) => {
  if (request.url === tarballPath) {
    response.end(bytes);
  } else if (request.url === `/${name}`) {
    const dist = { tarball: `${address()}${tarballPath}`, integrity };
    const versions = { [version]: { ...described, dist } };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        name,
        "dist-tags": { latest: version },
        versions,
        time: { [version]: "2026-01-01T00:00:00.000Z" },
      }),
    );
  } else {
    response.writeHead(302, { location: new URL(request.url.slice(1), upstream).href }).end();
  }
});

const address = () => `http://127.0.0.1:${server.address().port}`;
server.listen(0, "127.0.0.1", () => console.log(address()));
