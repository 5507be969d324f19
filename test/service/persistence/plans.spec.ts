import { expect } from "chai";
import type { Knex } from "knex";
import Type from "typebox";
import Value from "typebox/value";
import { channels } from "../../../services/persistence/read/channels.ts";
import { conversations, heads } from "../../../services/persistence/read/conversations.ts";
import { moved } from "../../../services/persistence/read/cursors.ts";
import { entries } from "../../../services/persistence/read/entries.ts";
import { history, message, replies } from "../../../services/persistence/read/history.ts";
import { members } from "../../../services/persistence/read/members.ts";
import { openStore, type Store } from "../../../services/persistence/store.ts";
import { administer, describeOnPostgres, postgresOf } from "../../support/postgres.ts";
import { withDatabase } from "../../support/shared-postgres.ts";
import { withSqlServer } from "../../support/shared-sql-server.ts";
import { describeOnSqlServer, isBabelfish } from "../../support/sql-server.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { stored } from "./with-store.ts";

const [ana = "", bo = ""] = people(2);
const ENTRIES = 20_000;
/** Rows that a statement may touch in any of its steps: the entries that are looked through for a page, and some more. */
const FEW = 1_100;

const Step = Type.Cyclic(
  {
    Step: Type.Object({
      "Node Type": Type.String(),
      "Actual Rows": Type.Number(),
      "Actual Loops": Type.Number(),
      "Rows Removed by Filter": Type.Optional(Type.Number()),
      Plans: Type.Optional(Type.Array(Type.Ref("Step"))),
    }),
  },
  "Step",
);
type Step = { type: string; rows: number };

/** All steps of a plan, each with the rows that it has looked at. */
function stepsOf(plan: unknown): Step[] {
  const { Plans = [], ...own } = Value.Parse(Step, plan);
  const rows = (own["Actual Rows"] + (own["Rows Removed by Filter"] ?? 0)) * own["Actual Loops"];
  return [{ type: own["Node Type"], rows }, ...Plans.flatMap(stepsOf)];
}

/** A long log among others, with a thread that is long too. */
async function filled(store: Store): Promise<Log> {
  const log = new Log();
  await stored(store, [log.create(ana, { name: "long" }), log.join(bo), log.message(ana)]);
  while (log.head.seq < ENTRIES)
    await stored(store, [log.messages(Array.from({ length: 500 }, () => ({ senderId: ana, replyTo: 4 })))]);
  const others = Array.from({ length: 300 }, (_, count) => new Log().create(ana, { name: `c${count}` }));
  await Promise.all(others.map((other) => stored(store, [other])));
  return log;
}

/** What is read of a log, at its ends and in its middle. */
function readsOf(reader: Knex, conversationId: string): Record<string, () => Promise<unknown>> {
  const reads: Record<string, () => Promise<unknown>> = {
    conversations: () => conversations(reader, {}, ana),
    heads: () => heads(reader, {}, bo),
    channels: () => channels(reader, {}, bo),
    members: () => members(reader, { conversationId }, ana),
    newest: () => history(reader, { conversationId }, ana),
    replies: () => replies(reader, { conversationId, seq: 4 }, ana),
  };
  for (const depth of [10, ENTRIES / 2, ENTRIES - 10]) {
    reads[`history before ${depth}`] = () => history(reader, { conversationId, before: depth }, ana);
    reads[`history after ${depth}`] = () => history(reader, { conversationId, after: depth }, ana);
    reads[`entries after ${depth}`] = () => entries(reader, { conversationId, after: depth }, ana);
    reads[`message ${depth}`] = () => message(reader, { conversationId, seq: depth }, ana);
    reads[`read ${depth}`] = () => moved(reader, { conversationId, seq: depth }, bo);
  }
  return reads;
}

type Query = { sql: string; bindings: readonly Knex.RawBinding[] };

/** The statements that something asks a database. */
async function asked(reader: Knex, read: () => Promise<unknown>): Promise<Query[]> {
  const ran: Query[] = [];
  const see = ({ sql, bindings }: Query) =>
    ran.push({ sql: sql.replace(/\$\d+|@p\d+/g, "?"), bindings: [...bindings] });
  reader.on("query", see);
  await read();
  reader.removeListener("query", see);
  expect(ran.length).to.be.greaterThan(0);
  for (const { sql } of ran) expect(sql).not.to.match(/\boffset\b/);
  return ran;
}

describeOnPostgres("reads of a long log on PostgreSQL", () => {
  it("are ranges of an index at any depth: no scan of a table, no more rows than a page needs", () =>
    withDatabase(async (url) => {
      const store = await openStore({ database: postgresOf(url), pool: 1 }, () => undefined);
      try {
        const { id } = await filled(store);
        await administer(url, "analyze");
        for (const [name, read] of Object.entries(readsOf(store.reader, id)))
          for (const { sql, bindings } of await asked(store.reader, read)) {
            const explain = `explain (analyze, format json, timing off) ${sql}`;
            const { rows } = await store.reader.raw(explain, bindings.map(String));
            const steps = stepsOf(rows[0]["QUERY PLAN"][0].Plan);
            expect(
              steps.filter(({ type, rows }) => type === "Seq Scan" || rows > FEW),
              `${name}: ${sql}`,
            ).to.deep.equal([]);
          }
      } finally {
        await store.close();
      }
    })).timeout(60_000);
});

type Told = readonly Record<string, unknown>[];
/** How a server is made to tell the plan of what it runs, and how many rows the steps of that plan read or gave on. */
type Telling = { setting: string; counts(told: Told): number[] };

const onSqlServer: Telling = {
  setting: "statistics xml",
  counts: (told) =>
    told
      .flatMap((row) => Object.entries(row).filter(([name]) => name.endsWith("XML Showplan")))
      .flatMap(([, plan]) =>
        [...String(plan).matchAll(/ActualRows(?:Read)?="(\d+)"/g)].map(([, rows]) => Number(rows)),
      ),
};

/** Its plans are PostgreSQL's. */
const onBabelfish: Telling = {
  setting: "babelfish_statistics profile",
  counts: (told) =>
    told.flatMap((row) => {
      const line = String(row["QUERY PLAN"]);
      const [, rows, loops] = /actual time=\S+ rows=(\d+) loops=(\d+)/.exec(line) ?? [];
      const [, removed] = /Rows Removed by .*: (\d+)/.exec(line) ?? [];
      return rows ? [Number(rows) * Number(loops)] : removed ? [Number(removed)] : [];
    }),
};

describeOnSqlServer("reads of a long log on SQL Server", () => {
  it("are ranges of an index at any depth: no more rows than a page needs", () =>
    withSqlServer(async (database) => {
      const { setting, counts } = (await isBabelfish()) ? onBabelfish : onSqlServer;
      const store = await openStore({ database, pool: 1 }, () => undefined);
      try {
        const { id } = await filled(store);
        for (const [name, read] of Object.entries(readsOf(store.reader, id)))
          for (const { sql, bindings } of await asked(store.reader, read)) {
            const told: Told = await store.reader.raw(`set ${setting} on; ${sql}; set ${setting} off`, bindings);
            const rows = counts(told);
            expect(rows, `${name}: ${sql}`).not.to.deep.equal([]);
            expect(Math.max(...rows), `${name}: ${sql}`).to.be.at.most(FEW);
          }
      } finally {
        await store.close();
      }
    }));
});
