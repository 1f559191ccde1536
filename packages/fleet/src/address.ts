// Parses the address of a log.

export type Address =
  | {
      kind: "nats";
      /** Each as `HOST:PORT`. At least one. */
      servers: string[];
      /** A user, or without a password a token. */
      user: string | undefined;
      password: string | undefined;
      isTls: boolean;
      /** The address without what is secret. */
      shown: string;
    }
  | { kind: "postgres"; url: string; shown: string };

const natsPort = 4222;

const expected = "nats://HOST[:PORT][,HOST[:PORT]...], tls://HOST..., or postgres://HOST[:PORT]/DATABASE";

/** Throws `TypeError` for an address of no log. The message leaves out what precedes `@`, which may be secret. */
export function parseAddress(address: string): Address {
  const parsed = /^(?:postgres|postgresql):\/\//.test(address) ? parsePostgres(address) : parseNats(address);
  if (parsed === undefined) throw new TypeError(`expected ${expected}, found ${JSON.stringify(hideLogin(address))}`);
  return parsed;
}

function parsePostgres(address: string): Address | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, host, pathname } = new URL(address);
  return { kind: "postgres", url: address, shown: `${protocol}//${host}${pathname}` };
}

/** Every server may repeat the scheme. A login holds for all of them. */
function parseNats(address: string): Address | undefined {
  const [, scheme, rest = ""] = /^(nats|tls):\/\/(.*)$/s.exec(address) ?? [];
  const servers: string[] = [];
  let login: URL | undefined;
  for (const each of rest.split(",")) {
    const url = `${scheme}://${each.trim().replace(/^(?:nats|tls):\/\//, "")}`;
    if (scheme === undefined || !URL.canParse(url)) return undefined;
    const parsed = new URL(url);
    const { hostname, port, pathname, search, hash } = parsed;
    if (hostname === "" || (pathname !== "" && pathname !== "/") || search !== "" || hash !== "") return undefined;
    servers.push(`${hostname}:${port || natsPort}`);
    if (parsed.username !== "") login ??= parsed;
  }
  const decoded = (text: string | undefined): string | undefined => (text ? decodeURIComponent(text) : undefined);
  const [user, password] = [decoded(login?.username), decoded(login?.password)];
  return { kind: "nats", servers, user, password, isTls: scheme === "tls", shown: `${scheme}://${servers.join(",")}` };
}

function hideLogin(address: string): string {
  return address.replace(/\/\/[^@/]*@/g, "//");
}
