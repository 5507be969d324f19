import { expect } from "chai";
import fc from "fast-check";
import type { Append } from "../../../contract/append.ts";
import { openStore, type Store } from "../../../services/persistence/store.ts";
import { onSqlite } from "../../support/on-sqlite.ts";
import { describeOnPostgres, postgresOf } from "../../support/postgres.ts";
import { withDatabase } from "../../support/shared-postgres.ts";
import { withFolder } from "../../support/with-broker.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { stored } from "./with-store.ts";

const [ana = "", ...others] = people(4);
const everybody = [ana, ...others];

/** What happens in a log, as a router would let it: only members leave, only messages are changed, and no redacted ones. */
type Step = { what: number; who: number; at: number; on: boolean; apart: boolean };
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.nat(8),
  who: fc.nat(3),
  at: fc.nat(1000),
  on: fc.boolean(),
  apart: fc.boolean(),
});

/** The appends of such steps; those that are not apart are one turn's. */
function appendsOf(steps: readonly Step[]): Append[] {
  const log = new Log();
  const appends = [log.create(ana)];
  const members = new Set([ana]);
  const messages: number[] = [];
  for (const { what, who, at, on, apart } of steps) {
    const person = everybody[who] ?? ana;
    const target = messages[at % messages.length];
    const made = oneOf(log, what, person, target, on, members);
    if (!made) continue;
    const [entry] = made.entries;
    if (entry?.entry.type === "message") messages.push(entry.entry.seq);
    if (entry?.entry.type === "redact") messages.splice(messages.indexOf(entry.entry.targetSeq ?? 0), 1);
    const last = appends.at(-1);
    if (apart || !last || appends.length === 1) appends.push(made);
    else
      appends.splice(-1, 1, {
        ...last,
        entries: [...last.entries, ...made.entries],
        keys: [...last.keys, ...made.keys],
      });
  }
  return appends;
}

function oneOf(log: Log, what: number, person: string, target: number | undefined, on: boolean, members: Set<string>) {
  if (what === 0 && person !== ana) {
    const isIn = members.has(person);
    if (isIn) members.delete(person);
    else members.add(person);
    return isIn ? log.leave(person) : log.join(ana, person);
  }
  if (what === 1 && members.has(person)) return log.role(ana, person, on ? "owner" : "reader");
  if (target === undefined || what < 4)
    return log.message(ana, { mentions: on ? [person, ana] : [], ...(on && target ? { replyTo: target } : {}) });
  if (what === 4) return log.edit(ana, target, on ? "on" : "off");
  if (what === 5) return log.redact(ana, target);
  return what === 6 ? log.pin(person, target, on) : log.react(person, target, "👍", on);
}

/** All that appends have written, in the same form from each database. */
async function rowsOf({ reader }: Store) {
  const rows = {
    conversations: await reader("conversations").orderBy("id"),
    members: await reader("members").orderBy("principal_id"),
    mentions: await reader("mentions").orderBy(["seq", "principal_id"]),
    entries: await reader("entries").orderBy("seq"),
  };
  const same = (_name: string, value: unknown) => (typeof value === "boolean" ? Number(value) : value);
  return JSON.parse(JSON.stringify(rows, same));
}

async function written(store: Store, appends: readonly Append[]) {
  try {
    await stored(store, appends);
    await store.cursors.drain();
    return await rowsOf(store);
  } finally {
    await store.close();
  }
}

describeOnPostgres("SQLite and PostgreSQL", () => {
  it("hold the same rows after the same appends, whatever is in them and however they are batched", () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const appends = appendsOf(steps);
        const quiet = () => undefined;
        const onFile = await withFolder(async (folder) => written(await openStore(onSqlite(folder), quiet), appends));
        const onServer = await withDatabase(async (url) =>
          written(await openStore({ database: postgresOf(url), pool: 1 }, quiet), appends),
        );
        expect(onServer).to.deep.equal(onFile);
      }),
      { numRuns: 25 },
    )).timeout(60_000);
});
