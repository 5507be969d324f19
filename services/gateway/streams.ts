import type { ServiceBroker } from "moleculer";
import { PAGE_ITEMS } from "../../contract/limits.ts";
import { call } from "../../mixins/call.ts";
import { fanOutOf } from "../../mixins/fan-out/fan-out.middleware.ts";
import type { FindCredential } from "./authenticate.ts";
import { EventStreams } from "./event-streams.ts";
import type { RateLimit } from "./rate-limit.ts";
import { isStranger } from "./stream/catch-up.ts";
import type { Times } from "./stream/connection.ts";
import { Hub } from "./stream/hub.ts";
import type { HeadOf, Log } from "./stream/log.ts";
import { Rounds } from "./stream/rounds.ts";
import { Turnstile } from "./stream/turnstile.ts";
import { Streams } from "./stream/websocket.ts";

/** Reads of the log that streams have under way at once. */
const READS = 16;

const times: Times = { hello: 10_000, ping: 30_000 };

type Options = { broker: ServiceBroker; find: FindCredential; failed(error: unknown): void; limit: RateLimit };

/** The streams of a gateway, wired to the rest of the system by calls on their principals' behalf. */
export function streamsOf({ broker, find, failed, limit }: Options): {
  streams: Streams;
  events: EventStreams;
  rounds: Rounds;
} {
  const fanOut = fanOutOf(broker);
  const turnstile = new Turnstile(READS);
  const log: Log = {
    read: (principalId, conversationId, after) =>
      turnstile.through(async () => {
        const params = { conversationId, after, limit: PAGE_ITEMS };
        return (await call(broker, "persistence.read", params, { principalId })).items;
      }),
    heads: (principalId) => turnstile.through(() => headsOf(broker, principalId)),
  };
  const hub = new Hub({ fanOut, log, failed });
  const streams = new Streams({
    find,
    times,
    backend: {
      hub,
      read: log.read,
      failed,
      overdrawn: (principalId) => limit.take(principalId)?.refusal,
      resolve: async (principalId, to) =>
        (await call(broker, "router.resolve", { to }, { principalId })).conversationId,
      post: (principalId, conversationId, messages) =>
        call(broker, "router.post", { conversationId, messages }, { principalId }),
      async mark(principalId, conversationId, seq, sessionId) {
        try {
          const { readSeq } = await call(broker, "persistence.markRead", { conversationId, seq }, { principalId });
          fanOut.notify(principalId, { type: "read", conversationId, seq: readSeq, sessionId });
        } catch (error) {
          // Of what one may not know of, one is told nothing.
          if (!isStranger(error)) throw error;
        }
      },
    },
  });
  const rounds = new Rounds({ everybody: () => hub.principals, visit: (one) => hub.audit(one), failed });
  const events = new EventStreams({ fanOut, find, read: log.read, failed });
  return { streams, events, rounds };
}

async function headsOf(broker: ServiceBroker, principalId: string): Promise<HeadOf[]> {
  const heads: HeadOf[] = [];
  let cursor: string | undefined;
  do {
    const page = await call(broker, "persistence.heads", cursor === undefined ? {} : { cursor }, { principalId });
    heads.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return heads;
}
