import { v7 as uuid } from "uuid";
import type { ActionName, Params, Result } from "../../contract/actions.ts";
import { PAGE_ITEMS } from "../../contract/limits.ts";
import type { Meta } from "../../mixins/call.ts";
import type { FanOut } from "../../mixins/fan-out/fan-out.ts";
import type { Meter } from "../../mixins/metrics/meter.ts";
import { inRequest } from "../../mixins/request/context.ts";
import { spanned } from "../../mixins/tracing/spans.ts";
import { Turnstile } from "../../mixins/turnstile.ts";
import type { FindCredential } from "./authenticate.ts";
import { EventStreams } from "./event-streams.ts";
import type { SignalsBackend } from "./presence/signals.ts";
import type { RateLimit } from "./rate-limit.ts";
import { isStranger } from "./stream/catch-up.ts";
import type { Times } from "./stream/connection.ts";
import { countOpen, streamCounts } from "./stream/counts.ts";
import { gatheredHeads } from "./stream/heads.ts";
import { Hub } from "./stream/hub.ts";
import type { Log } from "./stream/log.ts";
import { Rounds } from "./stream/rounds.ts";
import { Streams } from "./stream/websocket.ts";

/** Reads of the log that streams have under way at once. */
const READS = 16;

const times: Times = { hello: 10_000, ping: 30_000 };

/** Calls an action on a principal's behalf. */
export type AskFor = <A extends ActionName>(name: A, params: Params<A>, meta: Required<Meta>) => Promise<Result<A>>;

export type StreamsOptions = {
  fanOut: FanOut;
  /** Asks again where a call is lost. */
  ask: AskFor;
  /** Asks once: a session's sends have their own way of trying again, in their order. */
  askOnce: AskFor;
  /** On nobody's behalf. */
  headsOf(params: Params<"persistence.headsOf">): Promise<Result<"persistence.headsOf">>;
  find: FindCredential;
  failed(error: unknown): void;
  limit: RateLimit;
  signals: SignalsBackend;
  meter: Meter;
};

/** The streams of a gateway, wired to the rest of the system by calls on their principals' behalf. */
export function streamsOf({ fanOut, ask, askOnce, headsOf, find, failed, limit, signals, meter }: StreamsOptions): {
  streams: Streams;
  events: EventStreams;
  rounds: Rounds;
} {
  const turnstile = new Turnstile(READS);
  const heads = gatheredHeads(headsOf);
  const log: Log = {
    read: (principalId, conversationId, after) =>
      turnstile.through(async () => {
        const params = { conversationId, after, limit: PAGE_ITEMS };
        return (await ask("persistence.read", params, { principalId })).items;
      }),
    heads: async (principalId) => (await heads.find(principalId)) ?? [],
  };
  const counts = streamCounts(meter);
  const hub = new Hub({ fanOut, log, failed, tally: counts.tally });
  const streams = new Streams({
    find,
    times,
    begun: counts.begun,
    ended: counts.ended,
    backend: {
      hub,
      signals,
      read: log.read,
      failed,
      overdrawn: (principalId) => limit.take(principalId)?.refusal,
      resolve: async (principalId, to) => (await askOnce("router.resolve", { to }, { principalId })).conversationId,
      bound: (principalId, topic) => askOnce("router.bound", { topic }, { principalId }),
      post: (principalId, conversationId, messages) =>
        inRequest({ requestId: uuid() }, () =>
          counts.timed(() =>
            spanned("stream send", () => askOnce("router.post", { conversationId, messages }, { principalId })),
          ),
        ),
      async mark(principalId, conversationId, seq, sessionId) {
        try {
          const { readSeq } = await ask("persistence.markRead", { conversationId, seq }, { principalId });
          fanOut.notify(principalId, { type: "read", conversationId, seq: readSeq, sessionId });
        } catch (error) {
          // Of what one may not know of, one is told nothing.
          if (!isStranger(error)) throw error;
        }
      },
    },
  });
  const rounds = new Rounds({
    everybody: () => hub.principals,
    async visit(some) {
      const visits = await Promise.allSettled(some.map((one) => hub.audit(one)));
      // Many are asked about in one call, and fail with it.
      for (const visit of visits) if (visit.status === "rejected") throw visit.reason;
    },
    failed,
  });
  fanOut.onReconnected(() => rounds.hasten());
  const events = new EventStreams({ fanOut, find, read: log.read, failed });
  countOpen(meter, { streams, events });
  return { streams, events, rounds };
}
