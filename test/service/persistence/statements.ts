import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { directKey } from "../../../contract/conversation.ts";
import { encodeCursor } from "../../../contract/page-cursor.ts";
import type { Kept } from "../../../contract/presence.ts";
import { prepareCommit } from "../../../services/persistence/dialects/sqlite/commit.ts";
import { openWriter } from "../../../services/persistence/dialects/sqlite/connection.ts";
import { cursorMove } from "../../../services/persistence/dialects/sqlite/cursors.ts";
import { bindingChanges, bindings } from "../../../services/persistence/directory/bindings.ts";
import { group, groups } from "../../../services/persistence/directory/groups.ts";
import { addPrincipal, principals, senders } from "../../../services/persistence/directory/principals.ts";
import { revision } from "../../../services/persistence/directory/revision.ts";
import { credentials, tokens } from "../../../services/persistence/directory/tokens.ts";
import { Presences } from "../../../services/persistence/presences.ts";
import { direct, facts, load, named, roles } from "../../../services/persistence/read/activation.ts";
import { channels } from "../../../services/persistence/read/channels.ts";
import { conversation, conversations, heads, headsOf } from "../../../services/persistence/read/conversations.ts";
import { current, mine } from "../../../services/persistence/read/current.ts";
import { moved } from "../../../services/persistence/read/cursors.ts";
import { entries } from "../../../services/persistence/read/entries.ts";
import { follow, logs } from "../../../services/persistence/read/follow.ts";
import { history, message, replies } from "../../../services/persistence/read/history.ts";
import { members } from "../../../services/persistence/read/members.ts";
import { presences, shownHere } from "../../../services/persistence/read/presences.ts";
import { targets } from "../../../services/persistence/read/targets.ts";
import type { Store } from "../../../services/persistence/store.ts";
import { verify } from "../../../services/persistence/verify.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { stored, withStore } from "./with-store.ts";

/** A statement and how SQLite goes about it. */
export type Seen = { action: string; sql: string; plan: string[] };

/** Every statement that the actions run on a small database. */
export const statements = (): Promise<Seen[]> =>
  withStore(async (store, folder) => [...(await reads(store)), ...(await behind(store)), ...commits(folder)]);

/** As a text, to be looked at where it changes. `node test/service/persistence/statements.ts` prints it. */
export const printed = (seen: readonly Seen[]): string =>
  seen
    .map(({ action, sql, plan }) => `-- ${action}\n${sql}\n${plan.map((line) => `   ${line}\n`).join("")}`)
    .join("\n");

async function reads(store: Store): Promise<Seen[]> {
  const { reader } = store;
  const [ana = "", bo = "", boss = ""] = people(3);
  const log = new Log();
  await stored(store, [log.create(ana, { name: "fx" }), log.join(bo), log.message(ana, { mentions: [bo] })]);
  await stored(store, [log.message(bo, { replyTo: 4 }), log.edit(ana, 4, "again"), log.react(bo, 4, "👍")]);
  const conversationId = log.id;
  await addPrincipal(store, { id: boss, handle: "boss", name: "Boss", kind: "person", role: "admin", disabled: false });
  const keys = [4, 5].map((seq) => ({ conversationId, seq }));
  const place = { principalId: ana, conversationId };
  const actions: Record<string, () => Promise<unknown>> = {
    load: () => load(reader, { conversationId }),
    roles: () => roles(reader, { conversationId, after: ana }),
    facts: () => facts(reader, { conversationId, seqs: [4, 5] }),
    targets: () =>
      targets(reader, { conversationId, seqs: [4], reactions: [{ seq: 4, principalId: ana, emoji: "👍" }] }),
    direct: () => direct(reader, directKey(ana, bo)),
    named: () => named(reader, "fx", ana),
    read: () => entries(reader, { conversationId, after: 1 }, ana),
    "history, newest": () => history(reader, { conversationId }, ana),
    "history, newer": () => history(reader, { conversationId, after: 1 }, ana),
    message: () => message(reader, { conversationId, seq: 4 }, ana),
    replies: () => replies(reader, { conversationId, seq: 4 }, ana),
    members: () => members(reader, { conversationId }, ana),
    conversations: () => conversations(reader, {}, ana),
    conversation: () => conversation(reader, { conversationId }, ana),
    channels: () => channels(reader, { q: "f" }, ana),
    heads: () => heads(reader, {}, ana),
    headsOf: () => headsOf(reader, { principalIds: [ana, bo], cursor: encodeCursor(place) }),
    markRead: () => moved(reader, { conversationId, seq: 4 }, bo),
    logs: () => logs(reader, { after: ana }),
    follow: () => follow(reader, [{ conversationId, seq: 1 }]),
    current: () => current(reader, keys),
    mine: () => mine(reader, keys, ana),
    verify: () => verify(reader, { conversationId }, ana),
    presences: () => presences(reader, { principalIds: [ana, bo] }),
    shownHere: () => shownHere(reader, { after: ana }),
    revision: () => revision(reader),
    principals: () => principals(reader, {}),
    "principals by id": () => principals(reader, { ids: [ana, bo] }),
    "principals by handle": () => principals(reader, { handles: ["ana", "bo"] }),
    tokens: () => tokens(reader, { principalId: ana }),
    credentials: () => credentials(reader, ["00".repeat(32)]),
    groups: () => groups(reader, { cursor: encodeCursor("a") }, ana),
    group: () => group(reader, { name: "fx" }, ana),
    senders: () => senders(reader, { ids: [ana] }),
    "bindings, an owner's": () => bindings(reader, {}, ana),
    "bindings, an administrator's": () => bindings(reader, { cursor: nextOf(conversationId) }, boss),
    bindingChanges: () => bindingChanges(reader, { after: 1 }),
  };
  const found: Seen[] = [];
  for (const [action, run] of Object.entries(actions)) {
    const ran = new Map<string, readonly unknown[]>();
    const see = ({ sql, bindings }: { sql: string; bindings: readonly unknown[] }) => ran.set(sql, bindings);
    reader.on("query", see);
    await run();
    reader.removeListener("query", see);
    for (const [sql, bindings] of ran) found.push({ action, sql, plan: await planned(store, sql, bindings) });
  }
  return found;
}

const nextOf = (conversationId: string) => encodeCursor({ conversationId, pattern: "a.b" });

async function planned({ reader }: Store, sql: string, bindings: readonly unknown[]): Promise<string[]> {
  const steps: { detail: string }[] = await reader.raw(`explain query plan ${sql}`, [...bindings].map(String));
  return steps.map(({ detail }) => detail);
}

/** What is written behind: cursors and presences. */
async function behind(store: Store): Promise<Seen[]> {
  const { reader } = store;
  const written: [action: string, sql: string][] = [];
  const seeing = (action: string): Pick<Store, "reader" | "write"> => ({
    reader,
    write: async (all) => {
      written.push(...all.map(({ query }): [string, string] => [action, query.toSQL().sql.replace(/\s+/g, " ")]));
      return { rows: all.map(() => []) };
    },
  });
  const move = cursorMove(reader, { conversationId: "c", principalId: "p", seq: 1 });
  await seeing("write of a cursor").write([{ query: move }]);
  const kept: Kept = { status: "away", text: null, until: null, here: true, seen: null, version: 0 };
  await new Presences(seeing("keepPresences")).keep({ changes: [{ principalId: "p", kept }] });
  await new Presences(seeing("seePresences")).see({ principalIds: ["p"], at: "2026-01-01T00:00:00.000Z" });
  return Promise.all(
    written.map(async ([action, sql]) => ({
      action,
      sql,
      plan: await planned(store, sql, Array(parameters(sql)).fill(null)),
    })),
  );
}

const parameters = (sql: string): number => sql.split("?").length - 1;

/** The statements of a commit, as they are prepared. */
function commits(folder: string): Seen[] {
  const db = openWriter(join(folder, "wirehouse.db"));
  const prepare = db.prepare.bind(db);
  const seen: string[] = [];
  Object.assign(db, {
    prepare: (sql: string) => {
      seen.push(sql);
      return prepare(sql);
    },
  });
  prepareCommit(db);
  const found = seen.map((sql) => {
    const steps = prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(
      Array(parameters(sql)).fill(null),
    );
    return { action: "append", sql: sql.replace(/\s+/g, " "), plan: steps.map(({ detail }) => detail) };
  });
  db.close();
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.stdout.write(printed(await statements()));
