import { Transporters } from "moleculer";
import { DebugEvents, Empty, Events, type NatsConnection, NatsError, type Subscription } from "nats";
import { refuse } from "../../contract/errors.ts";
import { connectionOptions, type Nats } from "./options.ts";
import { endStale } from "./stale.ts";

/** Milliseconds between two looks whether those who owe an answer are still there. */
const WATCH = 250;
/** Milliseconds for the last packets of a node that stops. */
const FLUSH = 1_000;
/** The code of a NATS status message: nobody is subscribed to what was asked. (NATS ADR-4 and ADR-31's "no responders") */
const NO_RESPONDERS = 503;

/** Of a Moleculer packet, what this file reads. */
type Packet = { type: string; target?: string | null; payload: { id?: string } };

/**
 * Moleculer's NATS transporter, which also passes on what the connection knows:
 *
 *  - while it is cut, calls fail at once with an error that allows another try, and do not wait for their timeouts;
 *  - who calls a node whose connection has closed is told so by the server ("no responders"), and whoever waits for an
 *    answer of a node asks four times a second whether it is still there: a killed process is noticed in a quarter of a
 *    second, not at its third missing heartbeat (those are left for machines that fall silent);
 *  - a node whose connection was cut and is back, at another server of a cluster within milliseconds, says so: what it was
 *    asked meanwhile, and what it answered, may be lost with the server that it was at, and nobody else would know;
 *  - a message that the server would not take is refused, to him who sends it and to him who waits for it.
 */
export class NatsTransporter extends Transporters.NATS {
  /** Where the server tells that nobody is there: the last token is the node asked. */
  readonly #absences = `_WIREHOUSE.absent.${crypto.randomUUID()}`;
  #watch: NodeJS.Timeout | undefined;
  #absent: Subscription | undefined;

  constructor(nats: Nats, name: string) {
    super(connectionOptions(nats, name));
  }

  override async makeSubscriptions(topics: Record<string, unknown>[]): Promise<void> {
    const connection: NatsConnection = this.client;
    this.#absent = connection.subscribe(`${this.#absences}.*`, {
      callback: (_error, message) => {
        if (message.headers?.code === NO_RESPONDERS) this.#gone(nodeIn(message.subject));
      },
    });
    connection.subscribe(this.#presenceOf(this.nodeID), { callback: () => {} });
    connection.subscribe(this.#returns, {
      callback: (_error, message) => this.transit.removePendingRequestByNodeID(message.string()),
    });
    await super.makeSubscriptions(topics);
    void this.#follow(connection);
    this.#watch = setInterval(() => this.#ask(), WATCH);
  }

  override async disconnect(): Promise<void> {
    clearInterval(this.#watch);
    this.#absent?.unsubscribe();
    const connection: NatsConnection | null = this.client;
    this.client = null;
    if (!connection) return;
    // A connection that is cut would be flushed when it is back.
    const late = new Promise((resolve) => setTimeout(resolve, FLUSH));
    if (this.connected) await Promise.race([connection.flush().catch(() => {}), late]);
    await connection.close();
  }

  override async send(topic: string, data: Buffer, meta: { packet?: Packet } = {}): Promise<void> {
    const connection: NatsConnection | null = this.client;
    if (!connection) return;
    const { packet } = meta;
    const reply = packet?.type === "REQ" && packet.target ? this.#absenceOf(packet.target) : undefined;
    try {
      connection.publish(topic, data, reply === undefined ? {} : { reply });
    } catch (error) {
      if (!packet || !isTooLarge(error)) throw error;
      await this.#tooLarge(packet, data.length);
    }
  }

  /** Follows the connection: cut, and back again. */
  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === DebugEvents.StaleConnection) endStale(connection);
      if (type === Events.Disconnect && this.connected) {
        this.connected = false;
        this.logger.warn("The connection to NATS is lost; trying to connect again");
        this.#rejectPending();
      } else if (type === Events.Reconnect) {
        this.logger.warn("Connected to NATS again");
        this.#rejectPending();
        this.#forgiveSilence();
        connection.publish(this.#returns, this.nodeID);
        await this.onConnected(true);
      }
    }
  }

  /** While there was no connection nobody could be heard: others' silence counts from now on. */
  #forgiveSilence(): void {
    for (const node of this.broker.registry.nodes.toArray()) node.lastHeartbeatTime = Math.round(process.uptime());
  }

  /**
   * Looks for nodes that have fallen silent: Moleculer itself does so as rarely as they may be silent, which doubles the
   * time. Asks for those who owe an answer: an empty message that they don't read, but the server tells if they are gone.
   */
  #ask(): void {
    if (!this.connected) return;
    this.transit.discoverer.checkRemoteNodes();
    const connection: NatsConnection = this.client;
    for (const node of this.#debtors())
      connection.publish(this.#presenceOf(node), Empty, { reply: this.#absenceOf(node) });
  }

  /** Nodes that have not yet answered a call. */
  #debtors(): Set<string> {
    const nodes = new Set<string>();
    for (const { nodeID } of this.transit.pendingRequests.values()) if (nodeID) nodes.add(nodeID);
    return nodes;
  }

  /** Whether what was asked has been done is unknown: callers may try again. */
  #rejectPending(): void {
    for (const node of this.#debtors()) this.transit.removePendingRequestByNodeID(node);
  }

  #gone(node: string): void {
    this.broker.registry.nodes.disconnected(node, true);
  }

  async #tooLarge({ type, target, payload }: Packet, bytes: number): Promise<void> {
    const error = refuse("too-large", `A ${type} packet of ${bytes} bytes is more than NATS takes`);
    if (type !== "RES" || !target || payload.id === undefined) throw error;
    this.logger.error(error);
    await this.transit.sendResponse(target, payload.id, {}, {}, {}, error);
  }

  /** Where a node says that its connection was cut and is back. */
  get #returns(): string {
    return this.getTopicName("RETURN");
  }

  /** Where a node listens, and does nothing, for as long as it is connected. */
  #presenceOf(node: string): string {
    return this.getTopicName("PRESENT", node);
  }

  #absenceOf(node: string): string {
    return `${this.#absences}.${Buffer.from(node).toString("base64url")}`;
  }
}

const nodeIn = (subject: string): string =>
  Buffer.from(subject.slice(subject.lastIndexOf(".") + 1), "base64url").toString();

const isTooLarge = (error: unknown): boolean => error instanceof NatsError && error.code === "MAX_PAYLOAD_EXCEEDED";
