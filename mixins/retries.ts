import { setTimeout as pause } from "node:timers/promises";
import type { ActionName } from "../contract/actions.ts";
import { backoff } from "./backoff.ts";
import { isLost, isUndelivered } from "./lost.ts";

/** Milliseconds after which no further try begins: longer than it takes to notice that a node has fallen silent. */
const DEADLINE = 5_000;
/** Retries that are always there, and how many each call adds: when much fails, at most a tenth is asked again. */
const RESERVE = 100;
const SHARE = 0.1;

/** What may happen once only and carries no key: tried again if nobody took it, not if its answer was lost. */
const unkeyed: ReadonlySet<ActionName> = new Set([
  "directory.create",
  "directory.createToken",
  "directory.revokeToken",
  "directory.unbind",
  "importer.run",
]);

/**
 * Repeats calls that were lost with a node or on the way, unseen by the client: all others carry a key or change nothing.
 * A budget keeps retries from becoming the load that brings the rest down. (Finagle's `RetryBudget`; "Addressing
 * Cascading Failures" in Site Reliability Engineering, 2016)
 */
export class Retries {
  #budget = RESERVE;

  /** @throws what the last try did */
  async persist<T>(name: ActionName, call: () => Promise<T>): Promise<T> {
    this.#budget = Math.min(RESERVE, this.#budget + SHARE);
    const isRepeatable = unkeyed.has(name) ? isUndelivered : isLost;
    const end = performance.now() + DEADLINE;
    for (let attempt = 0; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (!isRepeatable(error) || this.#budget < 1 || performance.now() >= end) throw error;
        this.#budget -= 1;
        await pause(backoff(attempt));
      }
    }
  }
}
