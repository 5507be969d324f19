import type { Service } from "moleculer";
import { call } from "../../mixins/call.ts";
import type { RollCall } from "./roll-call.ts";
import { REFRESH } from "./status.ts";

/** Principals in one call of a refresh. */
const SHARE = 1_000;

type Options = {
  service: Service;
  rollCall: RollCall;
  /** Milliseconds between two sweeps. */
  sweep: number;
  /** Has his actor look at somebody's attendance. */
  attend(principalId: string): Promise<void>;
};

/** What a presence node does unasked: sweeps leases, looks after those whose gateway or owner was lost, keeps who is seen. */
export class Upkeep {
  readonly #options: Options;
  #sweeping: NodeJS.Timeout | undefined;
  #refreshing: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.sweep();
    this.#sweeping = setInterval(() => this.sweep(), this.#options.sweep);
    this.#refreshing = setInterval(() => void this.refresh(), REFRESH);
  }

  stop(): void {
    clearInterval(this.#sweeping);
    clearInterval(this.#refreshing);
  }

  sweep(): void {
    const { rollCall } = this.#options;
    rollCall.sweep(Date.now());
    this.settle();
    if (rollCall.countDue()) void this.#count();
  }

  /** Everybody whose attendance may have changed is looked at, each by his actor. */
  settle(): void {
    const { rollCall, attend, service } = this.#options;
    for (const principalId of rollCall.takeMoved())
      attend(principalId).catch((error: unknown) => {
        service.logger.debug(`The attendance of ${principalId} waits`, error);
        rollCall.doubt(principalId);
      });
  }

  /** Keeps that those who are here still were, and looks at those who are not shown so. */
  async refresh(): Promise<void> {
    const { rollCall, service } = this.#options;
    const present = rollCall.present();
    const at = new Date().toISOString();
    try {
      for (let from = 0; from < present.length; from += SHARE) {
        const principalIds = present.slice(from, from + SHARE);
        const seen = new Set(await call(service.broker, "persistence.seePresences", { principalIds, at }));
        for (const principalId of principalIds) if (!seen.has(principalId)) rollCall.doubt(principalId);
      }
    } catch (error) {
      service.logger.warn("Who is here could not be kept; it is tried again in a minute", error);
    }
  }

  /** Doubts all who are kept as here and have no session that this node has heard of. */
  async #count(): Promise<void> {
    const { rollCall, service } = this.#options;
    try {
      let after: string | undefined;
      do {
        const page = await call(service.broker, "persistence.shownHere", after === undefined ? {} : { after });
        for (const principalId of page.principalIds)
          if (rollCall.of(principalId) === "gone") rollCall.doubt(principalId);
        after = page.next ?? undefined;
      } while (after !== undefined);
    } catch (error) {
      service.logger.warn("Who was here could not be read; it is tried again", error);
      rollCall.recount();
    }
  }
}
