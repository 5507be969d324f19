import { setTimeout as pause } from "node:timers/promises";
import type { Knex } from "knex";
import type { Params, Result } from "../../contract/actions.ts";
import type { Kept } from "../../contract/presence.ts";
import { GroupCommit } from "./append/group-commit.ts";
import type { Dialect, Statement } from "./dialects/dialect.ts";

/** Milliseconds from one write to the next: however often somebody changes his mind, appends wait five times a second. */
const PACE = 200;
/** Rows in one transaction: appends wait for it, and SQL Server takes 2,100 values in all, eight for a row. */
const ROWS = 250;
/** Bytes of a row, at most. */
const ROW_BYTES = 1024;
/** Bytes that may wait. */
const WAITING_BYTES = 64 * 1024 * 1024;

type Change = { principalId: string; kept: Kept };

/**
 * What is chosen and seen: who waits together is written together, at a pace of its own. Rows are locked in the order of
 * their ids, so that no two nodes wait for each other in a circle.
 */
export class Presences {
  readonly #dialect: Pick<Dialect, "reader" | "write">;
  readonly #writes: GroupCommit<Change, boolean>;
  #written = Number.NEGATIVE_INFINITY;

  constructor(dialect: Pick<Dialect, "reader" | "write">) {
    this.#dialect = dialect;
    this.#writes = new GroupCommit((batch) => this.#write(batch), {
      contended: ({ principalId }) => [principalId],
      bytes: () => ROW_BYTES,
      maxItems: ROWS,
      maxBytes: ROWS * ROW_BYTES,
      maxWaitingBytes: WAITING_BYTES,
    });
  }

  /** Durable when it resolves. @returns for each whether it was kept: another change of it may have come first */
  keep({ changes }: Params<"persistence.keepPresences">): Promise<Result<"persistence.keepPresences">> {
    return Promise.all(changes.map((change) => this.#writes.add(change)));
  }

  /** Of those shown as here keeps that they still were. @returns them */
  async see({ principalIds, at }: Params<"persistence.seePresences">): Promise<string[]> {
    const { reader, write } = this.#dialect;
    const shown = reader("presences").whereIn("principal_id", principalIds).andWhere("here", true);
    const locked = shown.clone().orderBy("principal_id").forUpdate().select("principal_id");
    const seen = shown.clone().update({ seen: at }).returning("principal_id");
    const [, touched = []] = principalsOf(await write([{ query: locked }, { query: seen }]));
    return touched;
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    return this.#writes.idle();
  }

  async #write(batch: Change[]): Promise<boolean[]> {
    await pause(Math.max(0, this.#written + PACE - performance.now()));
    const { reader, write } = this.#dialect;
    const inOrder = batch.toSorted((a, b) => (a.principalId < b.principalId ? -1 : 1));
    const written = await write(inOrder.map((change) => statement(reader, change)));
    this.#written = performance.now();
    const kept = new Set(principalsOf(written).flat());
    return batch.map(({ principalId }) => kept.has(principalId));
  }
}

/** The principals that each statement has answered with. */
function principalsOf(written: Awaited<ReturnType<Dialect["write"]>>): string[][] {
  if ("undoneBy" in written) throw new Error("a change of a presence was undone");
  return written.rows.map((rows) => rows.map((row) => String(row.principal_id)));
}

const statement = (knex: Knex, { principalId, kept: { version, ...kept } }: Change): Statement => ({
  query: knex("presences")
    .where({ principal_id: principalId, version })
    .update({ ...kept, version: version + 1 })
    .returning("principal_id"),
});
