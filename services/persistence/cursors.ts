import type { Knex } from "knex";
import { refusalOf } from "../../contract/errors.ts";
import type { Dialect, Statement } from "./dialects/dialect.ts";

/** Milliseconds that a cursor may wait to be written: the contract allows a second, a write takes its part of it. */
const WAIT = 500;
/** Cursors in one transaction: appends wait for it. */
const BATCH = 500;

/**
 * Read cursors, coalesced in memory: losing one costs a re-read, so they wait for no commit and no commit waits for
 * them. Of several moves only the furthest is written.
 */
export class Cursors {
  readonly #dialect: Dialect;
  readonly #failed: (reason: string) => void;
  /** principal → conversation → seq. */
  #pending = new Map<string, Map<string, number>>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** `failed` is told why cursors could not be written; they are tried again. */
  constructor(dialect: Dialect, failed: (reason: string) => void) {
    this.#dialect = dialect;
    this.#failed = failed;
  }

  /** `seq` must not lie beyond the head. */
  move(conversationId: string, principalId: string, seq: number): void {
    const of = this.#pending.get(principalId) ?? new Map<string, number>();
    this.#pending.set(principalId, of);
    of.set(conversationId, Math.max(seq, of.get(conversationId) ?? 0));
    this.#timer ??= setTimeout(() => this.#flush(), WAIT);
  }

  /** Writes what is pending of one principal, so that what he reads next shows it. */
  async settle(principalId: string): Promise<void> {
    const mine = this.#pending.get(principalId);
    if (!mine) return;
    this.#pending.delete(principalId);
    await this.#write(new Map([[principalId, mine]]));
  }

  /** Writes all that is pending. */
  async drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = this.#pending;
    this.#pending = new Map();
    await this.#write(pending);
  }

  #flush(): void {
    this.drain().catch((error: unknown) => this.#failed(refusalOf(error).detail));
  }

  async #write(pending: Map<string, Map<string, number>>): Promise<void> {
    await this.#writing;
    const statements = [...pending].flatMap(([principalId, of]) =>
      [...of].map(([conversationId, seq]) => ({ conversationId, principalId, seq })),
    );
    const writing = this.#writeAll(statements);
    this.#writing = writing.catch(() => undefined);
    await writing;
  }

  async #writeAll(moves: Move[]): Promise<void> {
    for (let from = 0; from < moves.length; from += BATCH) {
      try {
        await this.#dialect.write(moves.slice(from, from + BATCH).map((move) => statement(this.#dialect.reader, move)));
      } catch (error) {
        for (const { conversationId, principalId, seq } of moves.slice(from))
          this.move(conversationId, principalId, seq);
        throw error;
      }
    }
  }
}

type Move = { conversationId: string; principalId: string; seq: number };

/** Never back; who joined anew since stands beyond an old position already. */
const statement = (knex: Knex, { conversationId, principalId, seq }: Move): Statement => ({
  query: knex.raw(
    `update members set
       mentioned_read = mentioned_read + (select count(*) from mentions n where n.principal_id = members.principal_id
         and n.conversation_id = members.conversation_id and n.seq > members.read_seq and n.seq <= ?),
       read_ordinal = (select e.ordinal from entries e where e.conversation_id = members.conversation_id and e.seq = ?),
       read_seq = ?
     where conversation_id = ? and principal_id = ? and read_seq < ?
       and exists (select 1 from entries e where e.conversation_id = members.conversation_id and e.seq = ?)`,
    [seq, seq, seq, conversationId, principalId, seq, seq],
  ),
});
