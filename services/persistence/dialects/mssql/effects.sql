-- What appends mean for the rows besides their entries, as sets (append/net-effects.ts): the effects of those in @a that
-- are written. Part of a commit, which has locked the conversations.
if exists (select 1 from @a where effects is not null and outcome is null)
begin
  declare @members table (id nvarchar(36) collate Latin1_General_100_BIN2 not null,
    principal nvarchar(36) collate Latin1_General_100_BIN2 not null, gone bit, role nvarchar(16), joined bigint,
    ordinal bigint, primary key (id, principal));
  declare @mentions table (id nvarchar(36) collate Latin1_General_100_BIN2 not null, seq bigint not null, fresh bit,
    principals nvarchar(max), primary key (id, seq));
  declare @mentioned table (id nvarchar(36) collate Latin1_General_100_BIN2 not null,
    principal nvarchar(36) collate Latin1_General_100_BIN2 not null, seq bigint not null,
    primary key (id, principal, seq));
  declare @marks table (id nvarchar(36) collate Latin1_General_100_BIN2 not null, kind nvarchar(16), seq bigint,
    target bigint, through bigint, sender nvarchar(36) collate Latin1_General_100_BIN2,
    on_text nvarchar(400) collate Latin1_General_100_BIN2, off_text nvarchar(400) collate Latin1_General_100_BIN2);
  declare @counts table (id nvarchar(36) collate Latin1_General_100_BIN2 not null,
    principal nvarchar(36) collate Latin1_General_100_BIN2 not null, seq bigint not null, change int not null);
  declare @touched table (id nvarchar(36) collate Latin1_General_100_BIN2 not null,
    principal nvarchar(36) collate Latin1_General_100_BIN2 not null, primary key (id, principal));

  insert into @members (id, principal, gone, role, joined, ordinal)
    select a.id, w.principal, w.gone, w.role, w.joined, w.ordinal from @a as a
      cross apply openjson(a.effects, '$.members') with (principal nvarchar(36), gone bit '$.left', role nvarchar(16),
        joined bigint, ordinal bigint) as w
      where a.outcome is null and a.effects is not null;
  insert into @mentions (id, seq, fresh, principals)
    select a.id, w.seq, w.fresh, w.principals from @a as a
      cross apply openjson(a.effects, '$.mentions') with (seq bigint, fresh bit, principals nvarchar(max) as json) as w
      where a.outcome is null and a.effects is not null;
  insert into @mentioned (id, principal, seq)
    select w.id, p.value collate Latin1_General_100_BIN2, w.seq from @mentions as w cross apply openjson(w.principals) as p;
  insert into @marks (id, kind, seq, target, through, sender, on_text, off_text)
    select a.id, w.kind, w.seq, w.target, w.through, w.sender, :text(w.on_text), :text(w.off_text) from @a as a
      cross apply openjson(a.effects, '$.marks') with (kind nvarchar(16), seq bigint, target bigint, through bigint,
        sender nvarchar(36), on_text nvarchar(800) '$.on', off_text nvarchar(800) '$.off') as w
      where a.outcome is null and a.effects is not null;

  -- Cursors are moved meanwhile: whoever has written a member's row sees what was committed before.
  insert into @touched (id, principal)
    select w.id, w.principal from @members as w
    union
    select w.id, w.principal from @mentioned as w
    union
    select n.conversation_id, n.principal_id from @mentions as w
      join mentions as n on n.conversation_id = w.id and n.seq = w.seq where w.fresh = 0
    :by_keys;
  update m set mentioned = m.mentioned
    from @touched as w join members as m on m.conversation_id = w.id and m.principal_id = w.principal :by_keys;

  delete m from @members as w join members as m on m.conversation_id = w.id and m.principal_id = w.principal
    where w.gone = 1 :by_keys;
  insert into members (conversation_id, principal_id, role, joined_seq, read_seq, read_ordinal, mentioned, mentioned_read)
    select w.id, w.principal, w.role, w.joined, w.joined, w.ordinal, 0, 0 from @members as w
      where w.joined is not null :by_keys;
  update m set role = w.role
    from @members as w join members as m on m.conversation_id = w.id and m.principal_id = w.principal
    where w.joined is null and w.role is not null :by_keys;

  -- Mentions count from the join on; those at or below the cursor are read.
  insert into @counts (id, principal, seq, change)
    select n.conversation_id, n.principal_id, n.seq, -1
      from @mentions as w join mentions as n on n.conversation_id = w.id and n.seq = w.seq
      where w.fresh = 0 and not exists (select 1 from @mentioned as p
        where p.id = n.conversation_id and p.seq = n.seq and p.principal = n.principal_id) :by_keys;
  insert into @counts (id, principal, seq, change)
    select p.id, p.principal, p.seq, 1 from @mentioned as p
      where not exists (select 1 from mentions as n
        where n.principal_id = p.principal and n.conversation_id = p.id and n.seq = p.seq) :by_keys;
  delete n from @counts as c
    join mentions as n on n.principal_id = c.principal and n.conversation_id = c.id and n.seq = c.seq
    where c.change = -1 :by_keys;
  insert into mentions (principal_id, conversation_id, seq)
    select c.principal, c.id, c.seq from @counts as c where c.change = 1;
  update m set mentioned = m.mentioned + d.change, mentioned_read = m.mentioned_read + d.already
    from (
      select c.id, c.principal, sum(c.change) as change,
          sum(case when o.read_seq >= c.seq then c.change else 0 end) as already
        from @counts as c join members as o on o.conversation_id = c.id and o.principal_id = c.principal
        where o.joined_seq < c.seq group by c.id, c.principal) as d
      join members as m on m.conversation_id = d.id and m.principal_id = d.principal :by_keys;

  update e set replies = e.replies + d.change from (
      select c.id, c.root, sum(c.change) as change from (
        select a.id, r.root, r.change from @a as a
          cross apply openjson(a.effects, '$.replies') with (root bigint, change int '$.count') as r
          where a.outcome is null and a.effects is not null
        union all
        select w.id, t.reply_to, -1 from @marks as w join entries as t on t.conversation_id = w.id and t.seq = w.target
          where w.kind = N'redact' and t.reply_to is not null) as c
      group by c.id, c.root) as d
    join entries as e on e.conversation_id = d.id and e.seq = d.root :by_keys;

  -- Of the marks that overtake an entry the first one has done it.
  update e set overtaken_by = o.mark from (
      select x.id, x.seq, min(x.mark) as mark from (
        select w.id, t.seq, w.seq as mark from @marks as w
          join entries as t on t.conversation_id = w.id and t.seq = w.target
          where t.overtaken_by is null and w.kind in (N'edit', N'redact')
        union all
        select w.id, t.seq, w.seq as mark from @marks as w
          join entries as t on t.conversation_id = w.id and t.target_seq = w.target
          where t.target_seq is not null and t.overtaken_by is null and t.seq <= w.through
            and (w.kind = N'redact' or t.type = w.kind collate Latin1_General_100_BIN2)
            and (w.kind <> N'reaction' or (t.sender_id = w.sender and t.body in (w.on_text, w.off_text)))) as x
      group by x.id, x.seq) as o
    join entries as e on e.conversation_id = o.id and e.seq = o.seq :by_keys;

  update c set
      name = coalesce(:text(w.name), c.name),
      purpose = coalesce(:text(w.purpose), c.purpose),
      archived = coalesce(w.archived, c.archived)
    from @a as a join conversations as c on c.id = a.id
      cross apply openjson(a.effects) with (name nvarchar(400), purpose nvarchar(max), archived bit) as w
    where a.outcome is null and a.effects is not null
      and (w.name is not null or w.purpose is not null or w.archived is not null) :by_keys;
end;
