import type { ServiceBroker } from "moleculer";

/** Milliseconds between two looks, and for one of them. */
const EVERY = 1_000;
const PATIENCE = 2_000;

/** The name of a node's metadata by which it says that it is not to be asked. */
const UNABLE = "unable";

/**
 * Looks whether this node can do its part: its database may be out of its reach alone. While it can't it says so, and the
 * others ask elsewhere, as long as anybody else is there to be asked (`local-first.strategy.ts`).
 */
export class Pulse {
  readonly #broker: ServiceBroker;
  readonly #probe: () => Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  /** @param probe fails where it can't, or does not answer */
  constructor(broker: ServiceBroker, probe: () => Promise<unknown>) {
    this.#broker = broker;
    this.#probe = probe;
  }

  start(): void {
    if (this.#broker.transit) this.#timer = setInterval(() => void this.#look(), EVERY);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const unable = !(await this.#isAble());
    this.#looking = false;
    if (unable !== isUnable(this.#broker)) await this.#tell(unable);
  }

  async #isAble(): Promise<boolean> {
    let patience: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((settle) => {
      patience = setTimeout(settle, PATIENCE, false);
    });
    const answered = this.#probe().then(
      () => true,
      () => false,
    );
    return Promise.race([answered, late]).finally(() => clearTimeout(patience));
  }

  /** With a number of its own, so that a node which misses it asks again at the next heartbeat. */
  async #tell(unable: boolean): Promise<void> {
    const { metadata, registry } = this.#broker;
    metadata[UNABLE] = unable;
    // A node that stops has told that it offers nothing more: this would take that back.
    if (!this.#broker.started) return;
    registry.regenerateLocalRawInfo(true);
    await registry.discoverer.sendLocalNodeInfo();
  }
}

/** Whether a node has said so of itself. */
export const isUnable = ({ metadata }: { readonly metadata: Record<string, unknown> | null }): boolean =>
  metadata?.[UNABLE] === true;
