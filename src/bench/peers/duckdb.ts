// The fold of docs/format.md 5 in SQL, for DuckDB through its Node package, where that is installed. It is no
// dependency.
import type { Lease } from "../../index.js";

/**
 * One pass, one aggregation, right in file order: rows are numbered as they stand in the file, for `seq` is not the
 * order of the fold. Whatever lies before the last ACQUIRE of an identity has no effect on it. Knows no CHECKPOINT.
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

/** Opens an instance and gives what runs the query on it. */
export async function openDuckDb(journal: string): Promise<() => Promise<Lease[]>> {
  // A name that is not written out, so that the types are not looked for where the package is missing.
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

/** A row of the query, its columns JSON texts, -> the lease with what was set since. */
export function leaseOf(row: unknown): Lease {
  const texts = Object.entries(Object(row)).filter(
    (column): column is [string, string] => typeof column[1] === "string",
  );
  const { lease, ...set } = Object.fromEntries(texts.map(([name, text]) => [name, JSON.parse(text)]));
  return { ...lease, ...set };
}
