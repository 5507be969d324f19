-- Moves read cursors: [{conversation, principal, seq}]. Never back; who joined anew since stands beyond an old position
-- already. The rows are locked first: what is counted next has seen all that was committed before.
set nocount on;
set xact_abort on;
set lock_timeout 4000;
declare @batch nvarchar(max) = :batch;

declare @v table (conversation nvarchar(36) collate Latin1_General_100_BIN2 not null,
  principal nvarchar(36) collate Latin1_General_100_BIN2 not null, seq bigint not null,
  primary key (conversation, principal));
insert into @v (conversation, principal, seq)
  select b.conversation, b.principal, b.seq
    from openjson(@batch) with (conversation nvarchar(36), principal nvarchar(36), seq bigint) as b;

begin transaction;

update m set read_seq = m.read_seq
  from @v as v join members as m on m.conversation_id = v.conversation and m.principal_id = v.principal :by_keys;

update m set
    mentioned_read = m.mentioned_read + (select count(*) from mentions as n
      where n.principal_id = m.principal_id and n.conversation_id = m.conversation_id
        and n.seq > m.read_seq and n.seq <= v.seq),
    read_ordinal = e.ordinal,
    read_seq = v.seq
  from @v as v
    join members as m on m.conversation_id = v.conversation and m.principal_id = v.principal
    join entries as e on e.conversation_id = v.conversation and e.seq = v.seq
  where m.read_seq < v.seq :by_keys;

commit transaction;
