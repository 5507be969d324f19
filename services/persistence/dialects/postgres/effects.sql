-- What appends mean for the rows besides their entries, as sets (append/net-effects.ts): [{id, effects}] in the order of
-- their ids. Part of wirehouse_commit, which has locked the conversations.
create function wirehouse_apply(batch jsonb) returns void
  language plpgsql volatile
  set search_path = :schema, pg_temp
as $$
begin
  -- Cursors are moved meanwhile: they and we go through members in one order, and see of each other what is there.
  perform 1 from members m
    where (m.conversation_id, m.principal_id) in (
      select a.id, w.principal from jsonb_to_recordset(batch) as a(id text, effects jsonb),
          jsonb_to_recordset(a.effects -> 'members') as w(principal text)
      union
      select a.id, p.principal from jsonb_to_recordset(batch) as a(id text, effects jsonb),
          jsonb_to_recordset(a.effects -> 'mentions') as w(principals jsonb),
          jsonb_array_elements_text(w.principals) as p(principal)
      union
      select n.conversation_id, n.principal_id from jsonb_to_recordset(batch) as a(id text, effects jsonb)
          cross join lateral jsonb_to_recordset(a.effects -> 'mentions') as w(seq bigint, fresh boolean)
          join mentions n on n.conversation_id = a.id and n.seq = w.seq and not w.fresh)
    order by m.conversation_id, m.principal_id for update;

  delete from members m
    using jsonb_to_recordset(batch) as a(id text, effects jsonb),
      jsonb_to_recordset(a.effects -> 'members') as w(principal text, "left" boolean)
    where m.conversation_id = a.id and m.principal_id = w.principal and w.left;

  insert into members (conversation_id, principal_id, role, joined_seq, read_seq, read_ordinal, mentioned, mentioned_read)
    select a.id, w.principal, w.role, w.joined, w.joined, w.ordinal, 0, 0
      from jsonb_to_recordset(batch) as a(id text, effects jsonb),
        jsonb_to_recordset(a.effects -> 'members') as w(principal text, role text, joined bigint, ordinal bigint)
      where w.joined is not null;

  update members m set role = w.role
    from jsonb_to_recordset(batch) as a(id text, effects jsonb),
      jsonb_to_recordset(a.effects -> 'members') as w(principal text, role text, joined bigint)
    where m.conversation_id = a.id and m.principal_id = w.principal and w.joined is null and w.role is not null;

  -- Mentions count from the join on; those at or below the cursor are read.
  with now as materialized (
    select a.id, w.seq, w.fresh, w.principals from jsonb_to_recordset(batch) as a(id text, effects jsonb),
      jsonb_to_recordset(a.effects -> 'mentions') as w(seq bigint, fresh boolean, principals jsonb)),
  gone as (
    delete from mentions n using now
      where n.conversation_id = now.id and n.seq = now.seq and not now.fresh
        and n.principal_id not in (select p from jsonb_array_elements_text(now.principals) as p)
      returning n.conversation_id, n.principal_id, n.seq),
  new as (
    insert into mentions (principal_id, conversation_id, seq)
      select p, now.id, now.seq from now, jsonb_array_elements_text(now.principals) as p
      on conflict do nothing
      returning conversation_id, principal_id, seq),
  changes as (select g.*, -1 as by from gone g union all select n.*, 1 from new n),
  counted as (
    select c.conversation_id, c.principal_id, sum(c.by) as by, sum(case when m.read_seq >= c.seq then c.by else 0 end) as read
      from changes c join members m using (conversation_id, principal_id)
      where m.joined_seq < c.seq group by 1, 2)
  update members m set mentioned = m.mentioned + c.by, mentioned_read = m.mentioned_read + c.read
    from counted c where m.conversation_id = c.conversation_id and m.principal_id = c.principal_id;

  update entries e set replies = e.replies + d.count from (
      select c.id, c.root, sum(c.count) as count from (
        select a.id, r.root, r.count from jsonb_to_recordset(batch) as a(id text, effects jsonb),
          jsonb_to_recordset(a.effects -> 'replies') as r(root bigint, count integer)
        union all
        select a.id, t.reply_to, -1 from jsonb_to_recordset(batch) as a(id text, effects jsonb)
          cross join lateral jsonb_to_recordset(a.effects -> 'marks') as w(kind text, target bigint)
          join entries t on t.conversation_id = a.id and t.seq = w.target
          where w.kind = 'redact' and t.reply_to is not null) as c
      group by 1, 2) as d
    where e.conversation_id = d.id and e.seq = d.root;

  -- Of the marks that overtake an entry the first one has done it.
  update entries e set overtaken_by = o.by from (
      select a.id, x.seq, min(w.seq) as by
        from jsonb_to_recordset(batch) as a(id text, effects jsonb),
          jsonb_to_recordset(a.effects -> 'marks') as w(kind text, seq bigint, target bigint, through bigint,
            sender text, "on" text, "off" text),
          lateral (
            select t.seq from entries t
              where t.conversation_id = a.id and t.seq = w.target and t.overtaken_by is null
                and w.kind in ('edit', 'redact')
            union all
            select t.seq from entries t
              where t.conversation_id = a.id and t.target_seq = w.target and t.overtaken_by is null
                and t.seq <= w.through and (w.kind = 'redact' or t.type = w.kind)
                and (w.kind <> 'reaction' or (t.sender_id = w.sender and t.body in (w.on, w.off)))) as x
        group by 1, 2) as o
    where e.conversation_id = o.id and e.seq = o.seq;

  update conversations c set
      name = coalesce(a.effects ->> 'name', c.name),
      purpose = coalesce(a.effects ->> 'purpose', c.purpose),
      archived = coalesce((a.effects ->> 'archived')::boolean, c.archived)
    from jsonb_to_recordset(batch) as a(id text, effects jsonb)
    where c.id = a.id;
end
$$;
