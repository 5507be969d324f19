import type { Config } from "../../config.ts";
import type { Append, Appended, Met } from "../../contract/append.ts";
import { PAGE_BYTES, TURN_BYTES } from "../../contract/limits.ts";
import { once } from "../../mixins/once.ts";
import { Origin, together } from "../../mixins/tracing/spans.ts";
import { GroupCommit } from "./append/group-commit.ts";
import { Cursors } from "./cursors.ts";
import type { Dialect } from "./dialects/dialect.ts";
import { openSqlServer } from "./dialects/mssql.ts";
import { openPostgres } from "./dialects/postgres.ts";
import { openSqlite } from "./dialects/sqlite.ts";
import { Presences } from "./presences.ts";

/** Appends in one commit: some 40 ms of writing, for which whoever comes meanwhile waits. */
const COMMIT_APPENDS = 1024;
/** Bytes of entries in one commit. */
const COMMIT_BYTES = 4 * TURN_BYTES;
/** Bytes of entries that may wait while the disk is slow; past it appends are refused (G8). */
const WAITING_BYTES = 64 * 1024 * 1024;
/** Bytes of an entry besides its text and data: hashes, ids, names. */
const ENTRY_BYTES = 700;

/** The open database, and what waits to be written to it. */
export type Store = Dialect & {
  append(append: Append): Promise<Appended>;
  cursors: Cursors;
  presences: Presences;
  /** What waits for the next commit. */
  readonly waiting: { appends: number; bytes: number };
  /** Connections to read on, and who waits for one. */
  readonly pool: { used: number; free: number; waiting: number };
  /** Waits for the appends under way and writes the cursors that are pending. */
  drain(): Promise<void>;
};

/**
 * @param committed is told the number of entries of each commit, and how many milliseconds it took
 * @throws Error, one sentence, when the database cannot be served.
 */
export async function openStore(
  config: Pick<Config, "database" | "pool">,
  warn: (text: string) => void,
  committed: (rows: number, milliseconds: number) => void = () => undefined,
): Promise<Store> {
  const dialect = await openDialect(config, warn);
  const waiting = once((reason) => warn(`Read cursors wait to be written: ${reason}`));
  const cursors = new Cursors(dialect, waiting);
  const presences = new Presences(dialect);
  const origins = new WeakMap<Append, Origin>();
  const commit = async (batch: Append[]) => {
    const began = performance.now();
    const from = batch.flatMap((append) => origins.get(append) ?? []);
    const outcomes = await together("commit", from, () => dialect.commit(batch));
    const stored = batch.filter((_append, index) => outcomes[index]?.outcome === "appended");
    const rows = stored.reduce((sum, { entries }) => sum + entries.length, 0);
    committed(rows, performance.now() - began);
    return outcomes;
  };
  const appends = new GroupCommit<Append, Appended>(commit, {
    contended: contendedBy,
    bytes: bytesOf,
    maxItems: COMMIT_APPENDS,
    maxBytes: COMMIT_BYTES,
    maxWaitingBytes: WAITING_BYTES,
  });
  const drain = async () => {
    await appends.idle();
    await presences.idle();
    await cursors.drain();
  };
  return {
    ...dialect,
    cursors,
    presences,
    drain,
    get waiting() {
      return appends.waiting;
    },
    get pool() {
      const { pool } = dialect.reader.client;
      return { used: pool.numUsed(), free: pool.numFree(), waiting: pool.numPendingAcquires() };
    },
    async append(append) {
      origins.set(append, new Origin());
      const outcome = await appends.add(append);
      if (outcome.outcome === "appended") moveSenders(cursors, append);
      return outcome.outcome === "met" ? { ...outcome, met: fewOf(outcome.met) } : outcome;
    },
    async close() {
      await appends.idle();
      await presences.idle();
      await cursors.close().finally(() => dialect.close());
    },
  };
}

function openDialect(
  { database, pool }: Pick<Config, "database" | "pool">,
  warn: (text: string) => void,
): Promise<Dialect> {
  switch (database.kind) {
    case "sqlite":
      return openSqlite(database.file);
    case "postgres":
      return openPostgres(database, pool, warn);
    case "mssql":
      return openSqlServer(database, pool, warn);
  }
}

/** As many as an answer takes: whoever has met them asks again, and meets the rest. */
function fewOf(met: Met[]): Met[] {
  let bytes = 0;
  const end = met.findIndex((one, index) => {
    bytes += JSON.stringify(one).length;
    return index > 0 && bytes > PAGE_BYTES;
  });
  return end < 0 ? met : met.slice(0, end);
}

/** Sending moves one's own read cursor to the message. */
function moveSenders(cursors: Cursors, { conversationId, entries }: Append): void {
  for (const { entry } of entries) {
    if (entry.type === "message") cursors.move({ conversationId, principalId: entry.senderId, seq: entry.seq });
  }
}

function contendedBy({ conversationId, claim }: Append): string[] {
  if (!claim) return [conversationId];
  return [conversationId, "directKey" in claim ? `pair ${claim.directKey}` : `name ${claim.name}`];
}

const bytesOf = ({ entries }: Append): number =>
  entries.reduce((sum, { entry }) => sum + ENTRY_BYTES + ("text" in entry.body ? bodyBytes(entry.body) : 0), 0);

const bodyBytes = ({ text, data }: { text: string; data?: unknown }): number =>
  Buffer.byteLength(text) + (data === undefined ? 0 : JSON.stringify(data).length);
