-- One commit: looks up, judges and writes a batch of appends, each for a conversation of its own, and tells of those
-- that write nothing. What becomes of an append is decided as in append/append.ts, what it means as in
-- append/net-effects.ts. Called by one statement, it is a transaction by itself.
--
-- Several nodes commit at once, READ COMMITTED: each statement here sees what was committed before it began. Whoever
-- has locked a conversation's row is alone with its log, so what is read after that is what the append would follow.
-- Locks are taken in one order (claims, conversations, members), so no two commits wait for each other in a circle.
--
-- It has its owner's rights, so a login at run time needs none to write the log but by this.
create function wirehouse_commit(batch jsonb)
  returns table (place integer, outcome text, holder text, conversation_id text, key integer, met bigint)
  language plpgsql volatile security definer rows 1
  set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  claims boolean;
  effects boolean;
  lost integer[] := '{}';
  stale integer[];
  taken integer[];
  holders text[];
  met_place integer[];
  met_key integer[];
  met_seq bigint[];
begin
  select bool_or(coalesce(a.created, a.pair, a.name) is not null), bool_or(a.effects is not null) into claims, effects
    from jsonb_to_recordset(batch) as a(created text, pair text, name text, effects text);

  -- Ids and names that are not there yet have no rows to lock.
  if claims then
    perform pg_advisory_xact_lock(hold) from (
      select distinct hashtextextended(what, 0) as hold
        from jsonb_to_recordset(batch) as a(id text, pair text, name text),
          lateral (values (a.id), (a.pair), (a.name)) as claimed(what)
        where what is not null order by 1) as held;
  end if;

  perform 1 from conversations c where c.id in (select a.id from jsonb_to_recordset(batch) as a(id text))
    order by c.id for no key update;

  select coalesce(array_agg(a.place), '{}') into stale
    from jsonb_to_recordset(batch) as a(place integer, id text, seq bigint, hash text)
      left join conversations c on c.id = a.id
    where a.seq <> coalesce(c.head_seq, 0)
      or decode(a.hash, 'hex') <> coalesce(c.head_hash, decode(repeat('00', 32), 'hex'));
  lost := stale;

  select array_agg(f.place), array_agg(f.key), array_agg(f.seq) into met_place, met_key, met_seq from (
    select a.place, k.key::integer as key, coalesce(
        (select e.seq from entries e
          where e.conversation_id = a.id and e.sender_id = k.sender and e.client_message_id = k.message),
        (select e.seq from entries e where e.conversation_id = a.id and e.command_id = k.command)) as seq
      from jsonb_to_recordset(batch) as a(place integer, id text, keys jsonb)
        cross join lateral rows from (jsonb_to_recordset(a.keys) as ("senderId" text, "clientMessageId" text, "commandId" text))
          with ordinality as k(sender, message, command, key)
      where a.place <> all (lost)) as f
    where f.seq is not null;
  lost := lost || coalesce(met_place, '{}');

  if claims then
    select array_agg(t.place), array_agg(t.holder) into taken, holders from (
      select a.place, coalesce(
          (select c.id from conversations c where c.key = a.pair),
          (select c.id from conversations c where c.name = a.name and c.kind in ('channel', 'broadcast')
            and (c.private = '0' or exists (select 1 from members m
              where m.conversation_id = c.id and m.principal_id = a."creatorId"))
            and not exists (select 1 from groups g where g.conversation_id = c.id) limit 1)) as holder
        from jsonb_to_recordset(batch) as a(place integer, pair text, name text, "creatorId" text)
        where a.place <> all (lost)) as t
      where t.holder is not null;
    lost := lost || coalesce(taken, '{}');
  end if;

  if exists (select 1 from jsonb_to_recordset(batch) as a(place integer, broken boolean)
      where a.broken and a.place <> all (lost)) then
    raise exception 'an append does not follow the head that it names';
  end if;

  if claims then
    insert into conversations (id, kind, name, key, private, purpose, archived, importing, creator_id, head_seq,
        head_hash, head_ordinal, head_at, member_count)
      select a.id, n.kind, n.name, n.key, n.private, n.purpose, false, false, n.creator, 0, ''::bytea, 0, a.head_at, 0
        from jsonb_to_recordset(batch) as a(place integer, id text, head_at timestamptz, created jsonb),
          jsonb_to_record(a.created) as n(kind text, name text, key text, private boolean, purpose text, creator text)
        where a.created is not null and a.place <> all (lost) order by a.id;
  end if;

  insert into entries (conversation_id, seq, type, sender_id, client_message_id, command_id, command_seal, reply_to,
      target_seq, body, body_hash, sent_at, prev_hash, hash, ordinal)
    select a.id, e.seq, e.type, e.sender_id, e.client_message_id, e.command_id, decode(e.command_seal, 'hex'),
        e.reply_to, e.target_seq, e.body, decode(e.body_hash, 'hex'), e.sent_at, decode(e.prev_hash, 'hex'),
        decode(e.hash, 'hex'), e.ordinal
      from jsonb_to_recordset(batch) as a(place integer, id text, entries jsonb),
        jsonb_to_recordset(a.entries) as e(seq bigint, type text, sender_id text, client_message_id text,
          command_id text, command_seal text, reply_to bigint, target_seq bigint, body text, body_hash text,
          sent_at timestamptz, prev_hash text, hash text, ordinal bigint)
      where a.place <> all (lost);

  if effects then
    perform wirehouse_apply(jsonb_agg(jsonb_build_object('id', a.id, 'effects', a.effects) order by a.id))
      from jsonb_to_recordset(batch) as a(place integer, id text, effects jsonb)
      where a.effects is not null and a.place <> all (lost);
  end if;

  update conversations c set
      head_seq = coalesce(a.head_seq, c.head_seq),
      head_hash = coalesce(decode(a.head_hash, 'hex'), c.head_hash),
      head_ordinal = coalesce(a.head_ordinal, c.head_ordinal),
      head_at = coalesce(a.head_at, c.head_at),
      member_count = c.member_count + coalesce(a.growth, 0),
      importing = coalesce(a.importing, c.importing)
    from jsonb_to_recordset(batch) as a(place integer, id text, head_seq bigint, head_hash text, head_ordinal bigint,
      head_at timestamptz, growth integer, importing boolean)
    where c.id = a.id and coalesce(a.head_seq is not null or a.importing is not null, false) and a.place <> all (lost);

  return query
    select s.place, 'stale', null::text, null::text, null::integer, null::bigint from unnest(stale) as s(place)
    union all
    select t.place, 'taken', t.holder, null, null, null from unnest(taken, holders) as t(place, holder)
    union all
    select m.place, 'met', null, batch -> m.place ->> 'id', m.key, m.seq
      from unnest(met_place, met_key, met_seq) as m(place, key, seq);
end
$$;
