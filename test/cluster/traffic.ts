import { setTimeout as pause } from "node:timers/promises";
import { Client } from "../support/client.ts";

/** Milliseconds between two looks of a load balancer. */
const PROBE = 100;
/** Milliseconds for it to be told that a gateway is ready, and for a client to be answered. */
const SILENCE = 4_000;
const PATIENCE = 10_000;

type Gateway = { readonly name: string; readonly url: string };

/** Asks all the time, one request after the other, at gateways that say they are ready, as behind a load balancer. */
export class Traffic {
  readonly failures: string[] = [];
  answered = 0;
  #stopped = false;
  readonly #gateways: readonly Gateway[];
  readonly #ready = new Set<Gateway>();
  readonly #balancing: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<void>>();
  #turn = 0;

  constructor(gateways: readonly Gateway[]) {
    this.#gateways = gateways;
    for (const gateway of gateways) this.#ready.add(gateway);
    this.#balancing = setInterval(() => void this.#probe(), PROBE);
  }

  get balanced(): number {
    return this.#ready.size;
  }

  /** Runs one kind of request until the traffic stops. */
  async run(kind: string, token: string, request: (client: Client, serial: number) => Promise<unknown>): Promise<void> {
    for (let serial = 0; !this.#stopped; serial++) {
      const among = [...this.#ready];
      const gateway = among[this.#turn++ % among.length];
      if (!gateway) {
        this.failures.push(`${kind}: no gateway is ready`);
        await pause(PROBE);
        continue;
      }
      const asked = request(new Client(gateway.url, token, PATIENCE), serial).then(
        () => void this.answered++,
        (error: unknown) => void this.failures.push(`${kind} at ${gateway.name}: ${error}`),
      );
      this.#underWay.add(asked);
      await asked;
      this.#underWay.delete(asked);
    }
  }

  /** When what was asked so far has been answered, or has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#balancing);
  }

  async #probe(): Promise<void> {
    await Promise.all(
      this.#gateways.map(async (gateway) => {
        const signal = AbortSignal.timeout(SILENCE);
        const response = await fetch(`${gateway.url}/readyz`, { signal }).catch(() => undefined);
        if (response?.ok) this.#ready.add(gateway);
        else this.#ready.delete(gateway);
      }),
    );
  }
}
