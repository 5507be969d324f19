-- One commit: looks up, judges and writes a batch of appends, each for a conversation of its own, and tells of those
-- that write nothing. What becomes of an append is decided as in append/append.ts, what it means as in
-- append/net-effects.ts. One message that begins and ends its transaction: whatever fails rolls all of it back.
--
-- Several nodes commit at once, READ COMMITTED with or without row versions: each statement here sees what was committed
-- before it began. Whoever has written a conversation's row is alone with its log, so what is read after that is what
-- the append would follow. (Rows are locked by writing them, not by hints, and long values come by the OPENJSON that has
-- no schema: both hold wherever T-SQL is spoken.)
--
-- :by_keys goes from what the batch names to its rows, each by its key, whatever the tables hold while the plan is made: a
-- scan would wait for rows that other nodes have locked, and deadlock with them.
set nocount on;
set xact_abort on;
set lock_timeout 4000;
declare @batch nvarchar(max) = :batch;

-- By id, so that all nodes lock in one order.
declare @a table (id nvarchar(36) collate Latin1_General_100_BIN2 not null primary key, place int not null,
  seq bigint not null, hash varbinary(32) not null, head_seq bigint, head_hash varbinary(32), head_ordinal bigint,
  head_at datetime2(3), growth int, importing bit, broken bit, pair nvarchar(73) collate Latin1_General_100_BIN2,
  name nvarchar(80) collate Latin1_General_100_BIN2, creator nvarchar(36) collate Latin1_General_100_BIN2,
  created nvarchar(max), keys nvarchar(max), entries nvarchar(max), effects nvarchar(max),
  outcome varchar(8), holder nvarchar(36));
declare @met table (place int not null, [key] int not null, seq bigint not null, primary key (place, [key]));
declare @locked int = 0;

insert into @a (place, id, seq, hash, head_seq, head_hash, head_ordinal, head_at, growth, importing, broken, pair, name,
    creator, created, keys, entries, effects)
  select b.place, b.id, b.seq, convert(varbinary(32), b.hash, 2), b.head_seq, convert(varbinary(32), b.head_hash, 2),
      b.head_ordinal, b.head_at, b.growth, b.importing, b.broken, b.pair, b.name, b.creator,
      json_query(r.value, '$.created'), json_query(r.value, '$.keys'), json_query(r.value, '$.entries'),
      json_query(r.value, '$.effects')
    from openjson(@batch) as r
      cross apply openjson(r.value) with (place int, id nvarchar(36), seq bigint, hash varchar(64), head_seq bigint,
        head_hash varchar(64), head_ordinal bigint, head_at datetime2(3), growth int, importing bit, broken bit,
        pair nvarchar(73), name nvarchar(80), creator nvarchar(36) '$.creatorId') as b;

begin transaction;

-- Ids and names that are not there yet have no rows to lock: who takes one waits for who takes another.
if exists (select 1 from @a where created is not null or pair is not null or name is not null)
begin
  exec @locked = sp_getapplock @Resource = N'wirehouse names', @LockMode = 'Exclusive', @LockOwner = 'Transaction',
    @LockTimeout = 4000;
  if @locked < 0 throw 51222, N'names are being taken', 1;
end;

update c set head_seq = c.head_seq from @a as a join conversations as c on c.id = a.id :by_keys;

update a set outcome = 'stale' from @a as a left join conversations as c on c.id = a.id
  where a.seq <> coalesce(c.head_seq, 0)
    or a.hash <> coalesce(c.head_hash, 0x0000000000000000000000000000000000000000000000000000000000000000) :by_keys;

insert into @met (place, [key], seq)
  select a.place, cast(k.[key] as int) + 1, coalesce(m.seq, d.seq)
    from @a as a
      cross apply openjson(a.keys) as k
      cross apply openjson(k.value) with (sender nvarchar(36) '$.senderId',
        message nvarchar(130) '$.clientMessageId', command nvarchar(202) '$.commandId') as w
      left join entries as m on m.conversation_id = a.id
        and m.sender_id = w.sender collate Latin1_General_100_BIN2
        and m.client_message_id = :text(w.message) and m.client_message_id is not null
      left join entries as d on d.conversation_id = a.id
        and d.command_id = :text(w.command) and d.command_id is not null
    where a.outcome is null and coalesce(m.seq, d.seq) is not null :by_keys;
update a set outcome = 'met' from @a as a where exists (select 1 from @met as m where m.place = a.place);

update a set outcome = 'taken', holder = h.id
  from @a as a
    cross apply (select top (1) t.id from (
      select c.id from conversations as c where c.[key] = a.pair and c.[key] is not null
      union all
      select c.id from conversations as c where c.name = a.name and c.kind in (N'channel', N'broadcast')
        and (c.private = '0' or exists (select 1 from members as m
          where m.conversation_id = c.id and m.principal_id = a.creator))
        and not exists (select 1 from groups as g where g.conversation_id = c.id)) as t) as h
  where a.outcome is null;

if exists (select 1 from @a where broken = 1 and outcome is null)
  throw 50000, N'an append does not follow the head that it names', 1;

insert into conversations (id, kind, name, [key], private, purpose, archived, importing, creator_id, head_seq, head_hash,
    head_ordinal, head_at, member_count)
  select a.id, n.kind, :text(n.name), n.[key], n.private, :text(n.purpose), 0, 0, n.creator, 0, 0x, 0, a.head_at, 0
    from @a as a
      cross apply openjson(a.created) with (kind nvarchar(16), name nvarchar(400), [key] nvarchar(73) '$.key', private bit,
        purpose nvarchar(max), creator nvarchar(36)) as n
    where a.created is not null and a.outcome is null;

insert into entries (conversation_id, seq, type, sender_id, client_message_id, command_id, command_seal, reply_to,
    target_seq, body, body_hash, sent_at, prev_hash, hash, ordinal)
  select a.id, e.seq, e.type, e.sender_id, :text(e.client_message_id), :text(e.command_id),
      convert(varbinary(32), e.command_seal, 2), e.reply_to, e.target_seq,
      (select :text(v.value) from openjson(r.value) as v where v.[key] = N'body'),
      convert(varbinary(32), e.body_hash, 2), e.sent_at, convert(varbinary(32), e.prev_hash, 2),
      convert(varbinary(32), e.hash, 2), e.ordinal
    from @a as a
      cross apply openjson(a.entries) as r
      cross apply openjson(r.value) with (seq bigint, type nvarchar(16), sender_id nvarchar(36),
        client_message_id nvarchar(130), command_id nvarchar(202), command_seal varchar(64), reply_to bigint,
        target_seq bigint, body_hash varchar(64), sent_at datetime2(3), prev_hash varchar(64),
        hash varchar(64), ordinal bigint) as e
    where a.outcome is null;

:effects

update c set
    head_seq = coalesce(a.head_seq, c.head_seq),
    head_hash = coalesce(a.head_hash, c.head_hash),
    head_ordinal = coalesce(a.head_ordinal, c.head_ordinal),
    head_at = coalesce(a.head_at, c.head_at),
    member_count = c.member_count + coalesce(a.growth, 0),
    importing = coalesce(a.importing, c.importing)
  from @a as a join conversations as c on c.id = a.id
  where a.outcome is null and (a.head_seq is not null or a.importing is not null) :by_keys;

commit transaction;

-- What was met lies at or below the head that the append names: it does not change any more.
select a.place, a.outcome, a.holder, m.[key], e.*
  from @a as a
    left join @met as m on m.place = a.place
    left join entries as e on e.conversation_id = a.id and e.seq = m.seq
  where a.outcome is not null
  order by a.place, m.[key] :by_keys;
