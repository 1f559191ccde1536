// Implements the fold of docs/format.md 5 in SQL, for DuckDB's Node package if it is installed. It is not a dependency.
import type { Lease } from "../../index.js";

/**
 * One pass with one aggregation. It is correct only if rows keep their order in the file, so they are numbered; `seq`
 * is not the order of the fold. Whatever precedes the last ACQUIRE of an identity has no effect on it. CHECKPOINT is
 * not supported.
 */
export function duckDbQuery(journal: string): string {
  const last = (field: string) =>
    `max_by({'n': n, 'value': ${field}}, n) filter (op = 'ADOPT' and ${field} is not null) as ${field}`;
  const file = `'${journal.replaceAll("'", "''")}'`;
  return `
with lines as (
  select row_number() over () as n, *
  from read_json(${file}, format = 'newline_delimited', maximum_object_size = 67108864, columns = {
    op: 'VARCHAR', lane: 'VARCHAR', loop_ts: 'VARCHAR', heartbeat_at: 'JSON', ts: 'JSON', holder: 'JSON', pid: 'JSON',
    host_id: 'JSON', lease: 'JSON'})
), identities as (
  select
    max(n) filter (op in ('ACQUIRE', 'RECONCILE')) as acquired,
    coalesce(max(n) filter (op in ('RELEASE', 'SCAVENGE')), 0) as freed,
    list(n) filter (op in ('ACQUIRE', 'RECONCILE')) as acquires,
    max_by(coalesce(lease, json_object('lane', lane)), n) filter (op in ('ACQUIRE', 'RECONCILE')) as lease,
    max_by({'n': n, 'value': coalesce(heartbeat_at, ts)}, n) filter (op in ('HEARTBEAT', 'ADOPT')) as heartbeat_at,
    ${last("holder")},
    ${last("pid")},
    ${last("host_id")}
  from lines
  where op in ('ACQUIRE', 'RECONCILE', 'RELEASE', 'SCAVENGE', 'HEARTBEAT', 'ADOPT')
  group by loop_ts, lane
)
select
  lease,
  if(heartbeat_at.n > acquired, heartbeat_at.value, null) as heartbeat_at,
  if(holder.n > acquired, holder.value, null) as holder,
  if(pid.n > acquired, pid.value, null) as pid,
  if(host_id.n > acquired, host_id.value, null) as host_id
from identities
where acquired > freed
order by list_min(list_filter(acquires, lambda place: place > freed))`;
}

/** Opens an instance and returns a function that runs the query. */
export async function openDuckDb(journal: string): Promise<() => Promise<Lease[]>> {
  // A variable, so that TypeScript does not look for the types where the package is not installed.
  const name: string = "@duckdb/node-api";
  const connection: unknown = await call(
    await call(Reflect.get(await import(name), "DuckDBInstance"), "create"),
    "connect",
  );
  return async () => {
    const rows: unknown = await call(await call(connection, "runAndReadAll", duckDbQuery(journal)), "getRowObjects");
    if (!Array.isArray(rows)) throw new TypeError(`expected rows from DuckDB, found ${typeof rows}`);
    return rows.map(leaseOf);
  };
}

async function call(target: unknown, method: string, ...args: readonly unknown[]): Promise<unknown> {
  const found: unknown = Reflect.get(Object(target), method);
  if (typeof found !== "function") throw new TypeError(`@duckdb/node-api: expected a method ${method}, found none`);
  return Reflect.apply(found, target, args);
}

/** Converts a row of the query, whose columns are JSON texts, to a lease with its later changes. */
export function leaseOf(row: unknown): Lease {
  const texts = Object.entries(Object(row)).filter(
    (column): column is [string, string] => typeof column[1] === "string",
  );
  const { lease, ...set } = Object.fromEntries(texts.map(([name, text]) => [name, JSON.parse(text)]));
  return { ...lease, ...set };
}
