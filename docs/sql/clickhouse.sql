-- Shows the live leases of every journal in ClickHouse: the fold of format.md, section 5, over the table of sql.md.

-- Whether a JSON text is empty (format.md, section 4). It is '' if the value is absent.
create function if not exists lane_is_empty as (v) ->
  v in ('', 'null', 'false', '""', '[]', '{}') or match(v, '^-?0(\\.0*)?(e[-+]?[0-9]+)?$');

-- The text of a JSON text (format.md, section 4).
create function if not exists lane_text as (v) -> multiIf(
  lane_is_empty(v), '',
  startsWith(v, '"'), JSONExtractString(v),
  match(v, '^-?[0-9]'), replaceRegexpOne(v, 'e([0-9])', 'e+\\1'),
  v
);

-- A number that is a safe integer; null for everything else.
create function if not exists lane_safe_integer as (v) -> if(
  match(v, '^-?[0-9]{1,16}$') and abs(toInt64OrZero(v)) <= 9007199254740991, toInt64OrNull(v), null
);

-- The places, from 1, of the objects in an array of a JSON object; none if there is no such array.
create function if not exists lane_places as (whole, key) -> arrayFilter(
  place -> JSONType(whole, key, place) = 'Object',
  arrayEnumerate(JSONExtractArrayRaw(whole, key))
);

-- The text of the JSON text of a member; '' if there is none.
create function if not exists lane_member as (members, key) ->
  lane_text(arrayFirst(member -> member.1 = key, members).2);

create or replace view lane_leases as
with
  -- The newest file of each journal, and each of its entries once.
  entries as (
    select journal, generation, line, max(entry) as entry
    from lane_entries
    where (journal, generation) in (select journal, max(generation) from lane_entries group by journal)
    group by journal, generation, line
  ),
  named as (
    select
      journal, generation, line, entry,
      lane_text(JSONExtractRaw(entry, 'op')) as op,
      lane_text(JSONExtractRaw(entry, 'loop_ts')) as loop_ts,
      lane_text(JSONExtractRaw(entry, 'lane')) as lane,
      op in ('ACQUIRE', 'RECONCILE') and (loop_ts != '' or lane != '') as acquires,
      max(if(op = 'CHECKPOINT', line, -1)) over (partition by journal) as checkpoint
    from entries
  ),
  -- The rows of the CHECKPOINTs that give tokens to identities.
  checkpoint_tokens as (
    select
      journal, line, place,
      lane_text(JSONExtractRaw(entry, 'generations', place, 'loop_ts')) as loop_ts,
      lane_text(JSONExtractRaw(entry, 'generations', place, 'lane')) as lane,
      lane_safe_integer(JSONExtractRaw(entry, 'generations', place, 'generation')) as token
    from (select journal, line, entry, op from named) array join lane_places(entry, 'generations') as place
    where op = 'CHECKPOINT' and token is not null and (loop_ts != '' or lane != '')
  ),
  -- To what an entry raises the counter of the tokens before it counts itself; below 0 if it does not.
  raised as (
    select
      n.journal as journal, n.line as line, n.acquires as acquires,
      greatest(
        coalesce(lane_safe_integer(JSONExtractRaw(n.entry, 'generation_watermark')), -9007199254740991),
        coalesce(t.token, -9007199254740991)
      ) as watermark,
      sum(n.acquires) over (partition by n.journal order by n.line) as acquired
    from named n
    left join (select journal, line, max(token) as token from checkpoint_tokens group by journal, line) t
      on t.journal = n.journal and t.line = n.line
    where n.acquires or n.op = 'CHECKPOINT'
  ),
  -- An ACQUIRE adds 1 to the highest of 0 and the watermarks, each raised by the number of the ACQUIREs since.
  counted as (
    select
      journal, line,
      toInt64(acquired) + greatest(0, max(watermark - toInt64(acquired) + acquires)
        over (partition by journal order by line)) as counter
    from raised
  ),
  -- What happened to the identities since the last CHECKPOINT, which lists the leases that were live.
  steps as (
    select *, row_number() over (partition by journal order by line, place) as step
    from (
      select
        n.journal as journal, n.generation as generation, n.line as line, 0 as place, n.op as op,
        n.loop_ts as loop_ts, n.lane as lane, n.entry as entry,
        n.acquires as sets,
        -- The text of a part is not read again: a number in it may be written in a way that is not accepted.
        if(
          JSONType(n.entry, 'lease') = 'Object',
          JSONExtractKeysAndValuesRaw(n.entry, 'lease'),
          arrayFilter(
            member -> member.1 in ('lane', 'lane_kind', 'tree', 'loop_ts', 'host_id', 'pid', 'acquired_at',
              'heartbeat_at', 'ttl_minutes', 'holder', 'run_id'),
            JSONExtractKeysAndValuesRaw(n.entry)
          )
        ) as lease,
        if(n.acquires, toNullable(c.counter), null) as token
      from named n
      left join counted c on c.journal = n.journal and c.line = n.line
      where n.line > n.checkpoint
        and n.op in ('ACQUIRE', 'RECONCILE', 'RELEASE', 'SCAVENGE', 'HEARTBEAT', 'ADOPT')
        and (n.loop_ts != '' or n.lane != '')
      union all
      select
        l.journal, l.generation, l.line, l.place, 'ACQUIRE', l.loop_ts, l.lane, '', true, l.lease, t.token
      from (
        select
          journal, generation, line, place,
          JSONExtractKeysAndValuesRaw(entry, 'leases', place) as lease,
          lane_text(JSONExtractRaw(entry, 'leases', place, 'loop_ts')) as loop_ts,
          lane_text(JSONExtractRaw(entry, 'leases', place, 'lane')) as lane
        from (select journal, generation, line, entry, op, checkpoint from named)
        array join lane_places(entry, 'leases') as place
        where op = 'CHECKPOINT' and line = checkpoint and (loop_ts != '' or lane != '')
      ) l
      left join (
        select journal, line, loop_ts, lane, argMax(token, place) as token
        from checkpoint_tokens
        group by journal, line, loop_ts, lane
      ) t on t.journal = l.journal and t.line = l.line and t.loop_ts = l.loop_ts and t.lane = l.lane
    )
  ),
  removed as (
    select *, max(if(op in ('RELEASE', 'SCAVENGE'), step, 0)) over (partition by journal, loop_ts, lane) as removal
    from steps
  ),
  tenures as (
    select
      *,
      minIf(step, sets) over (partition by journal, loop_ts, lane) as first_step,
      maxIf(step, sets) over (partition by journal, loop_ts, lane) as last_step
    from removed
    where step > removal
  ),
  live as (
    select
      journal, generation, loop_ts, lane, first_step,
      anyIf(lease, step = last_step) as lease,
      maxIf(token, step = last_step) as token,
      argMaxIf(beat, step, not lane_is_empty(beat)) as heartbeat_at,
      argMaxIf(adopted_holder, step, adopted_holder not in ('', 'null')) as holder,
      argMaxIf(adopted_pid, step, adopted_pid not in ('', 'null')) as pid,
      argMaxIf(adopted_host_id, step, adopted_host_id not in ('', 'null')) as host_id
    from (
      select
        *,
        if(op = 'ADOPT', JSONExtractRaw(entry, 'holder'), '') as adopted_holder,
        if(op = 'ADOPT', JSONExtractRaw(entry, 'pid'), '') as adopted_pid,
        if(op = 'ADOPT', JSONExtractRaw(entry, 'host_id'), '') as adopted_host_id,
        multiIf(
          op not in ('HEARTBEAT', 'ADOPT'), '',
          lane_is_empty(JSONExtractRaw(entry, 'heartbeat_at')), JSONExtractRaw(entry, 'ts'),
          JSONExtractRaw(entry, 'heartbeat_at')
        ) as beat
      from tenures
      where last_step > 0 and step >= last_step
    )
    group by journal, generation, loop_ts, lane, first_step
  ),
  written as (
    select
      journal, generation, loop_ts, lane, first_step, token,
      arrayFilter(
        member -> member.2 != '',
        [('heartbeat_at', heartbeat_at), ('holder', holder), ('pid', pid), ('host_id', host_id)]
      ) as changed,
      arrayConcat(arrayFilter(member -> not has(changed.1, member.1), lease), changed) as members
    from live
  )
select
  journal,
  generation,
  -- The place of the lease in the order of the fold, from 1.
  row_number() over (partition by journal order by first_step) as place,
  loop_ts,
  lane,
  if(token <= 9007199254740991, token, null) as token,
  lane_member(members, 'holder') as holder,
  lane_member(members, 'host_id') as host_id,
  lane_member(members, 'acquired_at') as acquired_at,
  lane_member(members, 'heartbeat_at') as heartbeat_at,
  concat('{', arrayStringConcat(arrayMap(member -> concat(toJSONString(member.1), ':', member.2), members), ','), '}')
    as lease
from written;
