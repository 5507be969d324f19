import pg, { type Pool, type PoolClient } from "pg";
import type { Postgres } from "../../../../contract/database.ts";
import { refuse } from "../../../../contract/errors.ts";
import { connectionOptions, endInSilence } from "./connection.ts";
import { assertDurable, DURABILITY, type Durability } from "./durability.ts";
import { faultOf, isConflict } from "./faults.ts";

/** Tries of what had to give way to another node. */
const TRIES = 5;
/** Milliseconds that a write waits for a connection: who has waited for one that fell silent waits for this one too. */
const ACQUIRE = 2_000;
/** Milliseconds from a connection that could not be made to the next try; all is refused meanwhile. */
const HOLD_OFF = 200;

/**
 * Connections to write on. One that fails is closed, and made anew by who writes next: it recovers when the server does,
 * and a server that refuses is asked a few times a second, however much waits.
 */
export class Connections {
  readonly #pool: Pool;
  readonly #failed: (reason: string) => void;
  readonly #checked = new WeakSet<PoolClient>();
  /** `performance.now()` until which no connection is tried. */
  #heldOff = 0;

  /** @param failed is told what is wrong with the database, for the log */
  constructor(database: Postgres, size: number, failed: (reason: string) => void) {
    this.#failed = failed;
    this.#pool = new pg.Pool({
      ...connectionOptions(database),
      max: size,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: ACQUIRE,
    });
    // A connection that is lost is no news: who uses it is told by his statement, and the next one makes another. The pool
    // hears those that idle alone; one that nobody heard, on its way from or to the pool, would end the process.
    this.#pool.on("error", () => undefined);
    this.#pool.on("connect", (client) => {
      client.on("error", () => undefined);
      endInSilence(client);
    });
  }

  /** A connection whose server keeps what it acknowledges. @throws what keeps it from being made */
  async connect(): Promise<PoolClient> {
    const client = await this.#pool.connect();
    if (this.#checked.has(client)) return client;
    try {
      const { rows } = await client.query<Durability>(DURABILITY);
      for (const server of rows) assertDurable(server);
      this.#checked.add(client);
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /**
   * @param work is done again where it had to give way to another transaction
   * @throws `unavailable` where the outcome is unknown, else what `work` throws: then nothing was written
   */
  async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const client = await this.#held();
      try {
        const result = await work(client);
        client.release();
        return result;
      } catch (error) {
        const again = isConflict(error);
        const fault = faultOf(error);
        client.release(fault !== undefined && !again);
        if (again && tries < TRIES) continue;
        throw fault === undefined ? error : this.#unavailable(fault);
      }
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #held(): Promise<PoolClient> {
    if (performance.now() < this.#heldOff) throw this.#unavailable();
    try {
      return await this.connect();
    } catch (error) {
      this.#heldOff = performance.now() + HOLD_OFF;
      throw this.#unavailable(error instanceof Error ? error.message : String(error));
    }
  }

  #unavailable(reason?: string) {
    if (reason !== undefined) this.#failed(reason);
    return refuse("unavailable", "The database does not write: what was under way may be stored or not");
  }
}
