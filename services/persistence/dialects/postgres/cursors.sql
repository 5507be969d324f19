-- Moves read cursors: [{conversation, principal, seq}]. Never back; who joined anew since stands beyond an old position
-- already. The rows are locked first, in the order in which commits lock them: what is counted next has seen all that
-- was committed before.
create function wirehouse_move_cursors(moves jsonb) returns void
  language plpgsql volatile security definer
  set search_path = :schema, pg_temp
as $$
begin
  perform 1 from members m
    where (m.conversation_id, m.principal_id) in (
      select v.conversation, v.principal from jsonb_to_recordset(moves) as v(conversation text, principal text))
    order by m.conversation_id, m.principal_id for update;

  update members m set
      mentioned_read = m.mentioned_read + (select count(*) from mentions n
        where n.principal_id = m.principal_id and n.conversation_id = m.conversation_id
          and n.seq > m.read_seq and n.seq <= v.seq),
      read_ordinal = e.ordinal,
      read_seq = v.seq
    from jsonb_to_recordset(moves) as v(conversation text, principal text, seq bigint)
      join entries e on e.conversation_id = v.conversation and e.seq = v.seq
    where m.conversation_id = v.conversation and m.principal_id = v.principal and m.read_seq < v.seq;
end
$$;
