-- Shows the live leases of every journal in DuckDB: the fold of format.md, section 5, over the table of sql.md.

-- Whether a JSON value is empty (format.md, section 4). It is null if it is absent.
create or replace macro lane_is_empty(v) as
  v is null
  or json_type(v) = 'NULL'
  or cast(v as varchar) in ('false', '""', '[]', '{}')
  or (json_type(v) in ('BIGINT', 'UBIGINT', 'DOUBLE') and try_cast(v as double) = 0);

-- The text of a JSON value (format.md, section 4).
create or replace macro lane_text(v) as
  case
    when lane_is_empty(v) then ''
    when json_type(v) = 'DOUBLE' then regexp_replace(v ->> '$', 'e(\d)', 'e+\1')
    else v ->> '$'
  end;

-- A number that is a safe integer; null for everything else.
create or replace macro lane_safe_integer(v) as
  case
    when json_type(v) in ('BIGINT', 'UBIGINT')
      and try_cast(v as hugeint) between -9007199254740991 and 9007199254740991
    then try_cast(v as bigint)
  end;

-- The members of a JSON array; none if the value is anything else.
create or replace macro lane_members(v) as
  case when json_type(v) = 'ARRAY' then from_json(v, '["json"]') else [] end;

-- Some members of a JSON object as the text of an object, with the changed ones in place of their own.
create or replace macro lane_object(whole, keys, changed) as
  '{' || array_to_string(list_concat(
    list_transform(
      list_filter(keys, lambda key: not list_contains(list_transform(changed, lambda c: c.key), key)),
      lambda key: cast(to_json(key) as varchar) || ':'
        || cast(json_extract(whole, '/' || replace(replace(key, '~', '~0'), '/', '~1')) as varchar)
    ),
    list_transform(changed, lambda c: cast(to_json(c.key) as varchar) || ':' || c.value)
  ), ',') || '}';

create or replace view lane_leases as
with
  -- The newest file of each journal, and each of its entries once.
  entries as (
    select journal, generation, line, cast(max(cast(entry as varchar)) as json) as entry
    from lane_entries
    where (journal, generation) in (select (journal, max(generation)) from lane_entries group by journal)
    group by journal, generation, line
  ),
  named as (
    select *, op in ('ACQUIRE', 'RECONCILE') and (loop_ts <> '' or lane <> '') as acquires
    from (
      select
        *,
        lane_text(entry -> '$.op') as op,
        lane_text(entry -> '$.loop_ts') as loop_ts,
        lane_text(entry -> '$.lane') as lane
      from entries
    )
  ),
  -- The rows of the CHECKPOINTs that give tokens to identities.
  checkpoint_tokens as (
    select
      journal, line, place,
      lane_text(member -> '$.loop_ts') as loop_ts,
      lane_text(member -> '$.lane') as lane,
      lane_safe_integer(member -> '$.generation') as token
    from (
      select
        journal, line,
        unnest(lane_members(entry -> '$.generations')) as member,
        generate_subscripts(lane_members(entry -> '$.generations'), 1) as place
      from named
      where op = 'CHECKPOINT'
    )
    where json_type(member) = 'OBJECT' and token is not null and (loop_ts <> '' or lane <> '')
  ),
  -- To what an entry raises the counter of the tokens before it counts itself.
  raised as (
    select
      *,
      greatest(
        lane_safe_integer(entry -> '$.generation_watermark'),
        (select max(token) from checkpoint_tokens c where c.journal = n.journal and c.line = n.line)
      ) as watermark,
      count(*) filter (acquires) over (partition by journal order by line) as acquired
    from named n
    where acquires or op = 'CHECKPOINT'
  ),
  -- An ACQUIRE adds 1 to the highest of 0 and the watermarks, each raised by the number of the ACQUIREs since.
  counted as (
    select
      *,
      acquired + greatest(0, max(watermark - acquired + cast(acquires as bigint))
        over (partition by journal order by line)) as counter
    from raised
  ),
  beginnings as (
    select journal, max(line) filter (op = 'CHECKPOINT') as checkpoint from named group by journal
  ),
  -- What happened to the identities since the last CHECKPOINT, which lists the leases that were live.
  steps as (
    select *, row_number() over (partition by journal order by line, place) as step
    from (
      select
        n.journal, n.generation, n.line, 0 as place, n.op, n.loop_ts, n.lane, n.entry,
        case
          when not n.acquires then null
          when json_type(n.entry -> '$.lease') = 'OBJECT' then cast(n.entry -> '$.lease' as varchar)
          else lane_object(
            n.entry,
            list_filter(
              ['lane', 'lane_kind', 'tree', 'loop_ts', 'host_id', 'pid', 'acquired_at', 'heartbeat_at',
                'ttl_minutes', 'holder', 'run_id'],
              lambda key: list_contains(json_keys(n.entry), key)
            ),
            []
          )
        end as lease,
        c.counter as token
      from named n
      join beginnings b on b.journal = n.journal and n.line > coalesce(b.checkpoint, -1)
      left join counted c on c.journal = n.journal and c.line = n.line
      where n.op in ('ACQUIRE', 'RECONCILE', 'RELEASE', 'SCAVENGE', 'HEARTBEAT', 'ADOPT')
        and (n.loop_ts <> '' or n.lane <> '')
      union all
      select
        l.journal, l.generation, l.line, l.place, 'ACQUIRE', l.loop_ts, l.lane, null, l.lease,
        (
          select arg_max(t.token, t.place) from checkpoint_tokens t
          where t.journal = l.journal and t.line = l.line and t.loop_ts = l.loop_ts and t.lane = l.lane
        )
      from (
        select
          journal, generation, line, place,
          lane_text(member -> '$.loop_ts') as loop_ts,
          lane_text(member -> '$.lane') as lane,
          cast(member as varchar) as lease
        from (
          select
            n.journal, n.generation, n.line,
            unnest(lane_members(n.entry -> '$.leases')) as member,
            generate_subscripts(lane_members(n.entry -> '$.leases'), 1) as place
          from named n join beginnings b on b.journal = n.journal and b.checkpoint = n.line
        )
        where json_type(member) = 'OBJECT'
      ) l
      where l.loop_ts <> '' or l.lane <> ''
    )
  ),
  removed as (
    select *, max(step) filter (op in ('RELEASE', 'SCAVENGE')) over (partition by journal, loop_ts, lane) as removal
    from steps
  ),
  tenures as (
    select
      *,
      min(step) filter (lease is not null) over (partition by journal, loop_ts, lane) as first_step,
      max(step) filter (lease is not null) over (partition by journal, loop_ts, lane) as last_step
    from removed
    where step > coalesce(removal, 0)
  ),
  live as (
    select
      journal, generation, loop_ts, lane, first_step,
      max(lease) filter (step = last_step) as lease,
      max(token) filter (step = last_step) as token,
      arg_max(beat, step) filter (not lane_is_empty(beat)) as heartbeat_at,
      arg_max(entry -> '$.holder', step) filter (op = 'ADOPT' and json_type(entry -> '$.holder') <> 'NULL') as holder,
      arg_max(entry -> '$.pid', step) filter (op = 'ADOPT' and json_type(entry -> '$.pid') <> 'NULL') as pid,
      arg_max(entry -> '$.host_id', step) filter (op = 'ADOPT' and json_type(entry -> '$.host_id') <> 'NULL') as host_id
    from (
      select
        *,
        case
          when op not in ('HEARTBEAT', 'ADOPT') then null
          when lane_is_empty(entry -> '$.heartbeat_at') then entry -> '$.ts'
          else entry -> '$.heartbeat_at'
        end as beat
      from tenures
      where step >= last_step
    )
    group by journal, generation, loop_ts, lane, first_step
  ),
  written as (
    select
      *,
      cast(lane_object(
        lease, json_keys(lease),
        list_filter([
          {'key': 'heartbeat_at', 'value': cast(heartbeat_at as varchar)},
          {'key': 'holder', 'value': cast(holder as varchar)},
          {'key': 'pid', 'value': cast(pid as varchar)},
          {'key': 'host_id', 'value': cast(host_id as varchar)}
        ], lambda c: c.value is not null)
      ) as json) as whole
    from live
  )
select
  journal,
  generation,
  -- The place of the lease in the order of the fold, from 1.
  row_number() over (partition by journal order by first_step) as place,
  loop_ts,
  lane,
  case when token <= 9007199254740991 then token end as token,
  lane_text(whole -> '$.holder') as holder,
  lane_text(whole -> '$.host_id') as host_id,
  lane_text(whole -> '$.acquired_at') as acquired_at,
  lane_text(whole -> '$.heartbeat_at') as heartbeat_at,
  whole as lease
from written;
