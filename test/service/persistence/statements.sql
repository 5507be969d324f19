-- load
select * from `conversations` where `id` = ? limit ?
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id=?)

-- load
select `name` from `groups` where `conversation_id` = ? limit ?
   SEARCH groups USING INDEX groups_conversation_id_unique (conversation_id=?)

-- load
select * from `entries` where `conversation_id` = ? and `seq` > ? and `seq` <= ? order by `seq` desc
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq>? AND seq<?)

-- roles
select `principal_id`, `role`, `joined_seq` from `members` where `conversation_id` = ? and `principal_id` > ? order by `principal_id` asc limit ?
   SEARCH members USING PRIMARY KEY (conversation_id=? AND principal_id>?)

-- facts
select `seq`, `sender_id`, `reply_to` from `entries` where `conversation_id` = ? and `seq` in (?, ?) and `type` = ?
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq=?)

-- targets
select `e`.*, `v`.`body` as `version`, `v`.`sent_at` as `edited_at` from `entries` as `e` left join `entries` as `v` on `v`.`conversation_id` = `e`.`conversation_id` and `v`.`target_seq` = `e`.`seq` and v.overtaken_by is null and v.type = 'edit' where `e`.`conversation_id` = ? and `e`.`seq` in (?) and `e`.`type` = ?
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq=?)
   SEARCH v USING INDEX entries_in_force (conversation_id=? AND target_seq=?) LEFT-JOIN

-- targets
select `target_seq` from `entries` where `conversation_id` = ? and `target_seq` in (?) and overtaken_by is null and `type` = ?
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=?)

-- targets
select `target_seq` from `entries` where `conversation_id` = ? and `target_seq` in (?) and overtaken_by is null and `type` = ? and `sender_id` = ? and `body` = ? limit ?
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=?)

-- targets
select `target_seq`, `body` from `entries` where `conversation_id` = ? and `target_seq` in (?) and overtaken_by is null and `type` = ? group by `target_seq`, `body`
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=?)
   USE TEMP B-TREE FOR GROUP BY

-- direct
select `id` from `conversations` where `key` = ? limit ?
   SEARCH conversations USING INDEX conversations_key (key=?)

-- named
select `c`.`id` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? where `c`.`name` = ? and `c`.`kind` in (?, ?) and (`c`.`private` = ? or `me`.`role` is not null) and not exists (select `g`.`name` from `groups` as `g` where `g`.`conversation_id` = `c`.`id`) order by `c`.`id` asc
   SEARCH c USING INDEX conversations_name_index (name=?)
   CORRELATED SCALAR SUBQUERY 1
   SEARCH g USING INDEX groups_conversation_id_unique (conversation_id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   USE TEMP B-TREE FOR ORDER BY

-- read
select `c`.`private` as `seen_private`, `c`.`head_seq` as `seen_head`, `me`.`role` as `seen_role`, `e`.* from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? left join (select * from `entries` where `conversation_id` = ? and `seq` > ? order by `seq` asc limit ?) as `e` on `e`.`conversation_id` = `me`.`conversation_id` where `c`.`id` = ? order by `e`.`seq` asc
   MATERIALIZE e
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq>?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   SCAN e LEFT-JOIN

-- history, newest
select `c`.`private` as `seen_private`, `c`.`head_seq` as `seen_head`, `me`.`role` as `seen_role`, `e`.*, `v`.`body` as `version`, `v`.`sent_at` as `edited_at` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? left join (select * from `entries` where `conversation_id` = ? and `type` = ? and `seq` < ? and `seq` >= case when ? > ((select `head_seq` from `conversations` where `id` = ?)) then ((select `head_seq` from `conversations` where `id` = ?)) + 1 else ? end - ? order by `seq` desc limit ?) as `e` on `e`.`conversation_id` = `me`.`conversation_id` left join `entries` as `v` on `v`.`conversation_id` = `e`.`conversation_id` and `v`.`target_seq` = `e`.`seq` and v.overtaken_by is null and v.type = 'edit' where `c`.`id` = ? order by `e`.`seq` desc
   MATERIALIZE e
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq>? AND seq<?)
   SCALAR SUBQUERY 1
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SCALAR SUBQUERY 2
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   SCAN e LEFT-JOIN
   SEARCH v USING INDEX entries_in_force (conversation_id=? AND target_seq=?) LEFT-JOIN

-- history, newest
select `type`, `target_seq`, `body`, count(*) as count, sum(case when sender_id = ? then 1 else 0 end) as me from `entries` where `conversation_id` = ? and `target_seq` in (?, ?) and overtaken_by is null and type in ('reaction', 'pin') group by `target_seq`, `type`, `body` order by `target_seq` asc, min(seq)
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=?)
   USE TEMP B-TREE FOR GROUP BY
   USE TEMP B-TREE FOR ORDER BY

-- history, newer
select `c`.`private` as `seen_private`, `c`.`head_seq` as `seen_head`, `me`.`role` as `seen_role`, `e`.*, `v`.`body` as `version`, `v`.`sent_at` as `edited_at` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? left join (select * from `entries` where `conversation_id` = ? and `type` = ? and `seq` > ? and `seq` < ? order by `seq` asc limit ?) as `e` on `e`.`conversation_id` = `me`.`conversation_id` left join `entries` as `v` on `v`.`conversation_id` = `e`.`conversation_id` and `v`.`target_seq` = `e`.`seq` and v.overtaken_by is null and v.type = 'edit' where `c`.`id` = ? order by `e`.`seq` asc
   MATERIALIZE e
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq>? AND seq<?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   SCAN e LEFT-JOIN
   SEARCH v USING INDEX entries_in_force (conversation_id=? AND target_seq=?) LEFT-JOIN

-- history, newer
select `type`, `target_seq`, `body`, count(*) as count, sum(case when sender_id = ? then 1 else 0 end) as me from `entries` where `conversation_id` = ? and `target_seq` in (?, ?) and overtaken_by is null and type in ('reaction', 'pin') group by `target_seq`, `type`, `body` order by `target_seq` asc, min(seq)
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=?)
   USE TEMP B-TREE FOR GROUP BY
   USE TEMP B-TREE FOR ORDER BY

-- message
select `c`.`private` as `seen_private`, `c`.`head_seq` as `seen_head`, `me`.`role` as `seen_role`, `e`.*, `v`.`body` as `version`, `v`.`sent_at` as `edited_at` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? left join (select * from `entries` where `conversation_id` = ? and `type` = ? and `seq` = ? order by `seq` asc limit ?) as `e` on `e`.`conversation_id` = `me`.`conversation_id` left join `entries` as `v` on `v`.`conversation_id` = `e`.`conversation_id` and `v`.`target_seq` = `e`.`seq` and v.overtaken_by is null and v.type = 'edit' where `c`.`id` = ? order by `e`.`seq` asc
   MATERIALIZE e
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq=?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   SCAN e LEFT-JOIN
   SEARCH v USING INDEX entries_in_force (conversation_id=? AND target_seq=?) LEFT-JOIN

-- message
select `type`, `target_seq`, `body`, count(*) as count, sum(case when sender_id = ? then 1 else 0 end) as me from `entries` where `conversation_id` = ? and `target_seq` in (?) and overtaken_by is null and type in ('reaction', 'pin') group by `target_seq`, `type`, `body` order by `target_seq` asc, min(seq)
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=?)
   USE TEMP B-TREE FOR GROUP BY
   USE TEMP B-TREE FOR ORDER BY

-- replies
select `c`.`private` as `seen_private`, `c`.`head_seq` as `seen_head`, `me`.`role` as `seen_role`, `e`.*, `v`.`body` as `version`, `v`.`sent_at` as `edited_at` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? left join (select * from `entries` where `conversation_id` = ? and `type` = ? and `seq` = ? order by `seq` asc limit ?) as `e` on `e`.`conversation_id` = `me`.`conversation_id` left join `entries` as `v` on `v`.`conversation_id` = `e`.`conversation_id` and `v`.`target_seq` = `e`.`seq` and v.overtaken_by is null and v.type = 'edit' where `c`.`id` = ? order by `e`.`seq` asc
   MATERIALIZE e
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq=?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   SCAN e LEFT-JOIN
   SEARCH v USING INDEX entries_in_force (conversation_id=? AND target_seq=?) LEFT-JOIN

-- replies
select `c`.`private` as `seen_private`, `c`.`head_seq` as `seen_head`, `me`.`role` as `seen_role`, `e`.*, `v`.`body` as `version`, `v`.`sent_at` as `edited_at` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? left join (select * from `entries` where `conversation_id` = ? and `type` = ? and `reply_to` = ? and `seq` > ? order by `seq` asc limit ?) as `e` on `e`.`conversation_id` = `me`.`conversation_id` left join `entries` as `v` on `v`.`conversation_id` = `e`.`conversation_id` and `v`.`target_seq` = `e`.`seq` and v.overtaken_by is null and v.type = 'edit' where `c`.`id` = ? order by `e`.`seq` asc
   MATERIALIZE e
   SEARCH entries USING INDEX entries_replies (conversation_id=? AND reply_to=? AND seq>?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   SCAN e LEFT-JOIN
   SEARCH v USING INDEX entries_in_force (conversation_id=? AND target_seq=?) LEFT-JOIN

-- replies
select `type`, `target_seq`, `body`, count(*) as count, sum(case when sender_id = ? then 1 else 0 end) as me from `entries` where `conversation_id` = ? and `target_seq` in (?) and overtaken_by is null and type in ('reaction', 'pin') group by `target_seq`, `type`, `body` order by `target_seq` asc, min(seq)
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=?)
   USE TEMP B-TREE FOR GROUP BY
   USE TEMP B-TREE FOR ORDER BY

-- members
select `c`.`private` as `seen_private`, `c`.`head_seq` as `seen_head`, `me`.`role` as `seen_role`, `m`.`principal_id`, `m`.`role`, `m`.`joined_seq`, `p`.`handle`, `p`.`name` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? left join (select * from `members` where `conversation_id` = ? and `principal_id` > ? order by `principal_id` asc limit ?) as `m` on `m`.`conversation_id` = `me`.`conversation_id` left join `principals` as `p` on `p`.`id` = `m`.`principal_id` where `c`.`id` = ? order by `m`.`principal_id` asc
   MATERIALIZE m
   SEARCH members USING PRIMARY KEY (conversation_id=? AND principal_id>?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   SCAN m LEFT-JOIN
   SEARCH p USING INDEX sqlite_autoindex_principals_1 (id=?) LEFT-JOIN

-- conversations
select `c`.*, `me`.`role`, `me`.`read_seq`, `me`.`read_ordinal`, `me`.`mentioned`, `me`.`mentioned_read` from `members` as `me` inner join `conversations` as `c` on `c`.`id` = `me`.`conversation_id` where `me`.`principal_id` = ? and `me`.`conversation_id` > ? order by `me`.`conversation_id` asc limit ?
   SEARCH me USING INDEX members_principal_id_conversation_id_index (principal_id=? AND conversation_id>?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)

-- conversation
select `c`.*, `me`.`role`, `me`.`read_seq`, `me`.`read_ordinal`, `me`.`mentioned`, `me`.`mentioned_read` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? where `c`.`id` = ? limit ?
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN

-- channels
select `c`.*, `me`.`role` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? where c.private = '0' and c.name is not null and `c`.`name` > ? order by `c`.`name` asc limit ?
   SEARCH c USING INDEX conversations_public_name (name>?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN

-- heads
select `c`.`id`, `c`.`head_seq`, `c`.`head_hash`, `me`.`role` from `members` as `me` inner join `conversations` as `c` on `c`.`id` = `me`.`conversation_id` where `me`.`principal_id` = ? and `me`.`conversation_id` > ? order by `me`.`conversation_id` asc limit ?
   SEARCH me USING INDEX members_principal_id_conversation_id_index (principal_id=? AND conversation_id>?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)

-- headsOf
select `me`.`principal_id`, `me`.`conversation_id`, `me`.`joined_seq`, `c`.`kind`, `c`.`head_seq`, `c`.`head_hash` from `members` as `me` inner join `conversations` as `c` on `c`.`id` = `me`.`conversation_id` where `me`.`principal_id` in (?, ?) and (`me`.`principal_id` > ? or `me`.`conversation_id` > ?) order by `me`.`principal_id` asc, `me`.`conversation_id` asc limit ?
   SEARCH me USING INDEX members_principal_id_conversation_id_index (principal_id=?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)

-- markRead
select `c`.`private` as `seen_private`, `c`.`head_seq` as `seen_head`, `me`.`role` as `seen_role`, `c`.`head_seq`, `c`.`head_ordinal`, `e`.`ordinal`, `me`.`read_seq`, `me`.`read_ordinal`, `me`.`mentioned`, `me`.`mentioned_read`, (select count(*) from `mentions` as `n` where `n`.`principal_id` = ? and `n`.`conversation_id` = ? and `n`.`seq` > `me`.`read_seq` and `n`.`seq` <= ?) as `passed` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? left join `entries` as `e` on `e`.`conversation_id` = `me`.`conversation_id` and `e`.`seq` = case when ? > c.head_seq then c.head_seq else ? end where `c`.`id` = ?
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq=?) LEFT-JOIN
   CORRELATED SCALAR SUBQUERY 1
   SEARCH n USING PRIMARY KEY (principal_id=? AND conversation_id=? AND seq>? AND seq<?)

-- logs
select `id`, `head_seq` from `conversations` where `id` > ? order by `id` asc limit ?
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id>?)

-- follow
select * from `entries` where `conversation_id` = ? and `seq` > ? order by `seq` asc limit ?
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq>?)

-- current
select `e`.*, `v`.`body` as `version`, `v`.`seq` as `version_seq`, `v`.`sent_at` as `edited_at` from `entries` as `e` left join `entries` as `v` on `v`.`conversation_id` = `e`.`conversation_id` and `v`.`target_seq` = `e`.`seq` and v.overtaken_by is null and v.type = 'edit' where ((`e`.`conversation_id` = ? and `e`.`seq` = ?) or (`e`.`conversation_id` = ? and `e`.`seq` = ?)) and `e`.`type` = ?
   MULTI-INDEX OR
   INDEX 1
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq=?)
   INDEX 2
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq=?)
   SEARCH v USING INDEX entries_in_force (conversation_id=? AND target_seq=?) LEFT-JOIN

-- mine
select `e`.*, `v`.`body` as `version`, `v`.`seq` as `version_seq`, `v`.`sent_at` as `edited_at` from `entries` as `e` left join `entries` as `v` on `v`.`conversation_id` = `e`.`conversation_id` and `v`.`target_seq` = `e`.`seq` and v.overtaken_by is null and v.type = 'edit' inner join `members` as `me` on `me`.`conversation_id` = `e`.`conversation_id` and `me`.`principal_id` = ? where ((`e`.`conversation_id` = ? and `e`.`seq` = ?) or (`e`.`conversation_id` = ? and `e`.`seq` = ?)) and `e`.`type` = ?
   MULTI-INDEX OR
   INDEX 1
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq=?)
   INDEX 2
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq=?)
   SEARCH me USING COVERING INDEX members_principal_id_conversation_id_index (principal_id=? AND conversation_id=?)
   SEARCH v USING INDEX entries_in_force (conversation_id=? AND target_seq=?) LEFT-JOIN

-- verify
select `c`.`private` as `seen_private`, `c`.`head_seq` as `seen_head`, `me`.`role` as `seen_role`, `c`.*, `m`.`principal_id`, `m`.`role`, `m`.`joined_seq` from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? left join `members` as `m` on `m`.`conversation_id` = `me`.`conversation_id` where `c`.`id` = ?
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   SEARCH m USING PRIMARY KEY (conversation_id=?) LEFT-JOIN

-- verify
select * from `entries` where `conversation_id` = ? and `seq` > ? and `seq` <= ? order by `seq` asc limit ?
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq>? AND seq<?)

-- verify
select `seq`, `type`, `target_seq`, `sender_id`, `body` from `entries` where `conversation_id` = ? and `seq` in (?)
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq=?)

-- verify
select `seq`, `type`, `target_seq`, `sender_id`, `body` from `entries` where `conversation_id` = ? and `seq` in (?) and `type` = ? and `overtaken_by` is null
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq=?)

-- verify
select `seq`, `type`, `target_seq`, `sender_id`, `body` from `entries` where `conversation_id` = ? and `target_seq` in (?) and overtaken_by is null
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=?)

-- verify
select `e`.`seq` from `entries` as `e` where `e`.`conversation_id` = ? and `e`.`seq` in (?, ?) and `e`.`replies` <> (select count(*) from `entries` as `r` where `r`.`conversation_id` = `e`.`conversation_id` and `r`.`reply_to` = `e`.`seq` and (`r`.`overtaken_by` is null or exists (select * from `entries` as `v` where `v`.`conversation_id` = `r`.`conversation_id` and `v`.`target_seq` = `r`.`seq` and v.overtaken_by is null and v.type = 'edit')))
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq=?)
   CORRELATED SCALAR SUBQUERY 2
   SEARCH r USING INDEX entries_replies (conversation_id=? AND reply_to=?)
   CORRELATED SCALAR SUBQUERY 1
   SEARCH v USING INDEX entries_in_force (conversation_id=? AND target_seq=?)

-- verify
select `e`.`seq` from `conversations` as `c` inner join `entries` as `e` on `e`.`conversation_id` = `c`.`id` and `e`.`seq` > `c`.`head_seq` where `c`.`id` = ? order by `e`.`seq` asc limit ?
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq>?)

-- presences
select * from `presences` where `principal_id` in (?, ?)
   SEARCH presences USING INDEX sqlite_autoindex_presences_1 (principal_id=?)

-- shownHere
select `principal_id` from `presences` where `here` = ? and `principal_id` > ? order by `principal_id` asc limit ?
   SEARCH presences USING COVERING INDEX presences_here_principal_id_index (here=? AND principal_id>?)

-- revision
select `value` from `revisions` where `name` = ? limit ?
   SEARCH revisions USING INDEX sqlite_autoindex_revisions_1 (name=?)

-- principals
select * from `principals` where `handle` > ? order by `handle` asc limit ?
   SEARCH principals USING INDEX principals_handle_unique (handle>?)

-- principals by id
select * from `principals` where `handle` > ? and `id` in (?, ?) order by `handle` asc limit ?
   SEARCH principals USING INDEX sqlite_autoindex_principals_1 (id=?)
   USE TEMP B-TREE FOR ORDER BY

-- principals by handle
select * from `principals` where `handle` > ? and `handle` in (?, ?) order by `handle` asc limit ?
   SEARCH principals USING INDEX principals_handle_unique (handle=?)

-- tokens
select * from `tokens` where `principal_id` = ? and `id` > ? order by `id` asc limit ?
   SEARCH tokens USING INDEX tokens_principal_id_id_index (principal_id=? AND id>?)

-- credentials
select `p`.*, `t`.`id` as `token_id`, `t`.`hash`, `t`.`scopes`, `t`.`expires_at` from `tokens` as `t` inner join `principals` as `p` on `p`.`id` = `t`.`principal_id` where `t`.`hash` in (?)
   SEARCH t USING INDEX tokens_hash_unique (hash=?)
   SEARCH p USING INDEX sqlite_autoindex_principals_1 (id=?)

-- groups
select `g`.`name`, `g`.`conversation_id`, `c`.`member_count`, `me`.`role` from `groups` as `g` left join `conversations` as `c` on `c`.`id` = `g`.`conversation_id` left join `members` as `me` on `me`.`conversation_id` = `g`.`conversation_id` and `me`.`principal_id` = ? where `g`.`name` > ? order by `g`.`name` asc limit ?
   SEARCH g USING INDEX sqlite_autoindex_groups_1 (name>?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?) LEFT-JOIN
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN

-- group
select `g`.`name`, `g`.`conversation_id`, `c`.`member_count`, `me`.`role` from `groups` as `g` left join `conversations` as `c` on `c`.`id` = `g`.`conversation_id` left join `members` as `me` on `me`.`conversation_id` = `g`.`conversation_id` and `me`.`principal_id` = ? where `g`.`name` = ? limit ?
   SEARCH g USING INDEX sqlite_autoindex_groups_1 (name=?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?) LEFT-JOIN
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN

-- senders
select * from `principals` where `id` in (?)
   SEARCH principals USING INDEX sqlite_autoindex_principals_1 (id=?)

-- bindings, an owner's
select `id` from `principals` where `id` = ? and `role` = ? and `disabled` = ? limit ?
   SEARCH principals USING INDEX sqlite_autoindex_principals_1 (id=?)

-- bindings, an owner's
select `b`.* from `members` as `me` inner join `bindings` as `b` on `b`.`conversation_id` = `me`.`conversation_id` where `me`.`principal_id` = ? and `me`.`role` = ? and `b`.`conversation_id` >= ? and (`b`.`conversation_id` > ? or `b`.`pattern` > ?) and `b`.`removed_at` is null order by `me`.`conversation_id` asc, `b`.`pattern` asc limit ?
   SEARCH me USING INDEX members_principal_id_conversation_id_index (principal_id=? AND conversation_id>?)
   SEARCH b USING INDEX bindings_in_force (conversation_id=?)
   USE TEMP B-TREE FOR LAST TERM OF ORDER BY

-- bindings, an administrator's
select `id` from `principals` where `id` = ? and `role` = ? and `disabled` = ? limit ?
   SEARCH principals USING INDEX sqlite_autoindex_principals_1 (id=?)

-- bindings, an administrator's
select `b`.* from `conversations` as `c` left join `members` as `me` on `me`.`conversation_id` = `c`.`id` and `me`.`principal_id` = ? inner join `bindings` as `b` on `b`.`conversation_id` = `c`.`id` where (`c`.`private` = ? or `me`.`role` is not null or exists (select `g`.`name` from `groups` as `g` where `g`.`conversation_id` = `c`.`id`)) and `b`.`conversation_id` >= ? and (`b`.`conversation_id` > ? or `b`.`pattern` > ?) and `b`.`removed_at` is null order by `b`.`conversation_id` asc, `b`.`pattern` asc limit ?
   SEARCH b USING INDEX bindings_in_force (conversation_id>?)
   SEARCH c USING INDEX sqlite_autoindex_conversations_1 (id=?)
   SEARCH me USING PRIMARY KEY (conversation_id=? AND principal_id=?) LEFT-JOIN
   CORRELATED SCALAR SUBQUERY 1
   SEARCH g USING INDEX groups_conversation_id_unique (conversation_id=?)

-- bindingChanges
select * from `bindings` where `changed` > ? order by `changed` asc limit ?
   SEARCH bindings USING INDEX bindings_changed_unique (changed>?)

-- write of a cursor
update members set mentioned_read = mentioned_read + (select count(*) from mentions n where n.principal_id = members.principal_id and n.conversation_id = members.conversation_id and n.seq > members.read_seq and n.seq <= ?), read_ordinal = (select e.ordinal from entries e where e.conversation_id = members.conversation_id and e.seq = ?), read_seq = ? where conversation_id = ? and principal_id = ? and read_seq < ? and exists (select 1 from entries e where e.conversation_id = members.conversation_id and e.seq = ?)
   SEARCH members USING PRIMARY KEY (conversation_id=? AND principal_id=?)
   CORRELATED SCALAR SUBQUERY 3
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq=?)
   CORRELATED SCALAR SUBQUERY 2
   SEARCH e USING PRIMARY KEY (conversation_id=? AND seq=?)
   CORRELATED SCALAR SUBQUERY 1
   SEARCH n USING PRIMARY KEY (principal_id=? AND conversation_id=? AND seq>? AND seq<?)

-- keepPresences
update `presences` set `status` = ?, `text` = ?, `until` = ?, `here` = ?, `seen` = ?, `version` = ? where `principal_id` = ? and `version` = ? returning `principal_id`
   SEARCH presences USING INDEX sqlite_autoindex_presences_1 (principal_id=?)

-- seePresences
select `principal_id` from `presences` where `principal_id` in (?) and `here` = ? order by `principal_id` asc
   SEARCH presences USING INDEX sqlite_autoindex_presences_1 (principal_id=?)

-- seePresences
update `presences` set `seen` = ? where `principal_id` in (?) and `here` = ? returning `principal_id`
   SEARCH presences USING INDEX sqlite_autoindex_presences_1 (principal_id=?)

-- append
select head_seq, head_hash from conversations where id = ?
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id=?)

-- append
select * from entries where conversation_id = ? and sender_id = ? and client_message_id = ?
   SEARCH entries USING INDEX entries_message_key (conversation_id=? AND sender_id=? AND client_message_id=?)

-- append
select * from entries where conversation_id = ? and command_id = ?
   SEARCH entries USING INDEX entries_command_id (conversation_id=? AND command_id=?)

-- append
select id from conversations where key = ?
   SEARCH conversations USING INDEX conversations_key (key=?)

-- append
select c.id from conversations c where c.name = ? and c.kind in ('channel', 'broadcast') and (c.private = 0 or exists (select 1 from members m where m.conversation_id = c.id and m.principal_id = ?)) and not exists (select 1 from groups g where g.conversation_id = c.id) limit 1
   SEARCH c USING INDEX conversations_name_index (name=?)
   CORRELATED SCALAR SUBQUERY 1
   SEARCH m USING PRIMARY KEY (conversation_id=? AND principal_id=?)
   CORRELATED SCALAR SUBQUERY 2
   SEARCH g USING COVERING INDEX groups_conversation_id_unique (conversation_id=?)

-- append
insert into conversations (id, kind, name, "key", private, purpose, archived, importing, creator_id, head_seq, head_hash, head_ordinal, head_at, member_count) values (?, ?, ?, ?, ?, ?, 0, 0, ?, 0, zeroblob(32), 0, ?, 0)

-- append
insert into entries (conversation_id, seq, type, sender_id, client_message_id, command_id, command_seal, reply_to, target_seq, body, body_hash, sent_at, prev_hash, hash, ordinal) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- append
update conversations set head_seq = ?, head_hash = ?, head_ordinal = ?, head_at = ?, member_count = member_count + ? where id = ?
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id=?)

-- append
insert into members (conversation_id, principal_id, role, joined_seq, read_seq, read_ordinal, mentioned, mentioned_read) values (?, ?, ?, ?, ?, ?, 0, 0)

-- append
delete from members where conversation_id = ? and principal_id = ?
   SEARCH members USING PRIMARY KEY (conversation_id=? AND principal_id=?)

-- append
update members set role = ? where conversation_id = ? and principal_id = ?
   SEARCH members USING PRIMARY KEY (conversation_id=? AND principal_id=?)

-- append
insert into mentions (principal_id, conversation_id, seq) values (?, ?, ?)

-- append
update members set mentioned = mentioned + 1 where conversation_id = ? and principal_id = ?
   SEARCH members USING PRIMARY KEY (conversation_id=? AND principal_id=?)

-- append
update conversations set name = ? where id = ?
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id=?)

-- append
update conversations set purpose = ? where id = ?
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id=?)

-- append
update conversations set archived = ? where id = ?
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id=?)

-- append
update entries set replies = replies + ? where conversation_id = ? and seq = ?
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq=?)

-- append
select reply_to from entries where conversation_id = ? and seq = ?
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq=?)

-- append
update entries set overtaken_by = ? where conversation_id = ? and seq = ? and overtaken_by is null
   SEARCH entries USING PRIMARY KEY (conversation_id=? AND seq=?)

-- append
update entries set overtaken_by = ? where conversation_id = ? and target_seq = ? and overtaken_by is null and type = 'edit' and seq < ?
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=? AND seq<?)

-- append
update entries set overtaken_by = ? where conversation_id = ? and target_seq = ? and overtaken_by is null and seq < ?
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=? AND seq<?)

-- append
update entries set overtaken_by = ? where conversation_id = ? and target_seq = ? and overtaken_by is null and type = 'pin' and seq <= ?
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=? AND seq<?)

-- append
update entries set overtaken_by = ? where conversation_id = ? and target_seq = ? and overtaken_by is null and type = 'reaction' and seq <= ? and sender_id = ? and body in (?, ?)
   SEARCH entries USING INDEX entries_in_force (conversation_id=? AND target_seq=? AND seq<?)

-- append
update members set mentioned = mentioned + ?, mentioned_read = mentioned_read + case when read_seq >= ? then ? else 0 end where conversation_id = ? and joined_seq < ? and principal_id in (select principal_id from mentions where conversation_id = ? and seq = ?)
   SEARCH members USING PRIMARY KEY (conversation_id=? AND principal_id=?)
   LIST SUBQUERY 1
   SEARCH mentions USING COVERING INDEX mentions_conversation_id_seq_index (conversation_id=? AND seq=?)

-- append
delete from mentions where conversation_id = ? and seq = ?
   SEARCH mentions USING COVERING INDEX mentions_conversation_id_seq_index (conversation_id=? AND seq=?)

-- append
insert into mentions (principal_id, conversation_id, seq) values (?, ?, ?)

-- append
update conversations set importing = ? where id = ?
   SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (id=?)
