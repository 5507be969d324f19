import type { Knex } from "knex";
import type { SchemaDialect } from "../dialects/dialect.ts";

export async function down(knex: Knex, { dropCommit }: SchemaDialect): Promise<void> {
  await dropCommit(knex);
  for (const table of ["mentions", "entries", "members", "conversations"]) await knex.schema.dropTable(table);
}

export async function up(knex: Knex, dialect: SchemaDialect): Promise<void> {
  const { types, createClustered } = dialect;
  const id = types.key(36);

  await knex.schema.createTable("conversations", (table) => {
    table.specificType("id", id).primary();
    table.specificType("kind", types.key(16)).notNullable();
    table.specificType("name", types.key(80));
    table.specificType("key", types.key(73));
    table.boolean("private").notNullable();
    table.specificType("purpose", types.text).notNullable();
    table.boolean("archived").notNullable();
    table.boolean("importing").notNullable();
    table.specificType("creator_id", id).notNullable();
    table.bigInteger("head_seq").notNullable();
    table.specificType("head_hash", types.hash).notNullable();
    table.bigInteger("head_ordinal").notNullable();
    table.specificType("head_at", types.time).notNullable();
    table.integer("member_count").notNullable();
    table.index(["name"]);
  });
  // Filtered, since a unique index of SQL Server lets one NULL in. '0' is false wherever it is compared with a flag.
  await knex.raw('create unique index conversations_key on conversations ("key") where "key" is not null');
  await knex.raw(
    "create unique index conversations_public_name on conversations (name) where private = '0' and name is not null",
  );

  await createClustered(knex, "members", (table) => {
    table.specificType("conversation_id", id).notNullable().references("conversations.id");
    table.specificType("principal_id", id).notNullable();
    table.specificType("role", types.key(16)).notNullable();
    table.bigInteger("joined_seq").notNullable();
    table.bigInteger("read_seq").notNullable();
    table.bigInteger("read_ordinal").notNullable();
    table.bigInteger("mentioned").notNullable();
    table.bigInteger("mentioned_read").notNullable();
    table.primary(["conversation_id", "principal_id"]);
    table.index(["principal_id", "conversation_id"]);
  });

  await createClustered(knex, "entries", (table) => {
    const conversation = table.specificType("conversation_id", id).notNullable();
    if (dialect.referenced) conversation.references("conversations.id");
    table.bigInteger("seq").notNullable();
    table.specificType("type", types.key(16)).notNullable();
    table.specificType("sender_id", id).notNullable();
    table.specificType("client_message_id", types.key(64));
    table.specificType("command_id", types.key(100));
    table.specificType("command_seal", types.hash);
    table.bigInteger("reply_to");
    table.bigInteger("target_seq");
    table.specificType("body", types.text);
    table.specificType("body_hash", types.hash).notNullable();
    table.specificType("sent_at", types.time).notNullable();
    table.specificType("prev_hash", types.hash).notNullable();
    table.specificType("hash", types.hash).notNullable();
    table.bigInteger("ordinal").notNullable();
    table.bigInteger("overtaken_by");
    table.bigInteger("replies").notNullable().defaultTo(0);
    table.primary(["conversation_id", "seq"]);
  });
  await knex.raw(
    `create unique index entries_message_key on entries (conversation_id, sender_id, client_message_id)
       where client_message_id is not null`,
  );
  await knex.raw(
    "create unique index entries_command_id on entries (conversation_id, command_id) where command_id is not null",
  );
  await knex.raw("create index entries_replies on entries (conversation_id, reply_to, seq) where reply_to is not null");

  // What is in force of a message: its last version, and the reactions and pins that stand.
  await knex.raw(
    `create index entries_in_force on entries (conversation_id, target_seq, seq)
       where target_seq is not null and overtaken_by is null`,
  );

  await createClustered(knex, "mentions", (table) => {
    table.specificType("principal_id", id).notNullable();
    table.specificType("conversation_id", id).notNullable();
    table.bigInteger("seq").notNullable();
    table.primary(["principal_id", "conversation_id", "seq"]);
    table.index(["conversation_id", "seq"]);
  });

  await dialect.createCommit(knex);
}
