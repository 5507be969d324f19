import type { Context, Service, ServiceSchema } from "moleculer";
import { type Config, readConfig } from "../../config.ts";
import type { LogCursor } from "../../contract/actions/readers.ts";
import { refuse } from "../../contract/errors.ts";
import { action, call, type Meta } from "../../mixins/call.ts";
import { followLogs } from "../../mixins/log-reader/follow-logs.ts";
import { meterOf } from "../../mixins/metrics/meter.ts";
import { answer, type World } from "./answer.ts";
import { catchUp } from "./catch-up.ts";
import type { Engine } from "./engines/engine.ts";
import { Fts5 } from "./engines/fts5.ts";
import { MeilisearchEngine } from "./engines/meilisearch.ts";
import { Indexing } from "./indexing.ts";

type Ctx = Context<unknown, Meta>;

/** It takes as long as there are messages. (Moleculer reads it; its types don't know it.) */
const unhurried = { timeout: 0 };

/** The caller's conversations, each with its last seq. */
async function conversationsOf(ctx: Ctx): Promise<LogCursor[]> {
  const mine: LogCursor[] = [];
  let cursor: string | undefined;
  do {
    const page = await call(ctx, "persistence.heads", cursor === undefined ? {} : { cursor });
    for (const { conversationId, head } of page.items) mine.push({ conversationId, seq: head.seq });
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return mine;
}

/** Counts what Meilisearch does not take. From 0 on: the first of a counter that begins with it would be no increase of it. */
function failuresOf({ broker, logger }: Service): ConstructorParameters<typeof MeilisearchEngine>[1] {
  const meter = meterOf(broker);
  const [failed, setAside] = ["wirehouse_index_tasks_failed_total", "wirehouse_index_set_aside_total"] as const;
  for (const name of [failed, setAside]) meter.count(name, {}, 0);
  return {
    failed: () => meter.count(failed),
    setAside: (id, { code }) => {
      meter.count(setAside);
      logger.warn(`The message ${id} is left out of the index: ${code}`);
    },
  };
}

/** What a query is answered from: whatever is asked, the caller asks it. */
const worldOf = (ctx: Ctx, engine: Engine, indexing: Indexing): World => ({
  engine,
  conversations: () => conversationsOf(ctx),
  mine: (keys) => call(ctx, "persistence.mine", { keys }),
  cursorOf: (conversationId) => indexing.cursorOf(conversationId),
  principal: async (handle) => (await call(ctx, "directory.lookup", { handles: [handle] })).principals[0]?.id,
  named: (name) => call(ctx, "persistence.named", { name }),
  group: (name) => call(ctx, "persistence.group", { name }),
  direct: (key) => call(ctx, "persistence.direct", { key }),
});

/** Finds messages: an index that follows the logs, and answers to members. */
export function search({
  data,
  meilisearch,
}: Pick<Config, "data"> & Partial<Pick<Config, "meilisearch">>): ServiceSchema {
  let engine: Engine;
  let indexing: Indexing;

  return {
    name: "search",
    dependencies: ["persistence", "directory"],

    actions: {
      query: action("search.query", (ctx) => {
        const { principalId } = ctx.meta;
        if (principalId === undefined) throw refuse("forbidden", "This is only answered to a principal");
        return answer(ctx.params, principalId, worldOf(ctx, engine, indexing));
      }),

      reindex: {
        ...unhurried,
        ...action("search.reindex", async () => {
          const began = performance.now();
          return { entries: await indexing.reindex(), seconds: (performance.now() - began) / 1000 };
        }),
      },
    },

    methods: {
      /** Called before the services that it asks stop. */
      async drain(): Promise<void> {
        await indexing.stop();
      },
    },

    created(this: Service) {
      const { broker, logger } = this;
      engine = meilisearch ? new MeilisearchEngine(meilisearch, failuresOf(this)) : new Fts5(data);
      indexing = new Indexing({
        engine,
        taker: (index) => catchUp(index, (keys) => call(broker, "persistence.current", { keys })),
        follow: (taker) => followLogs(this, taker),
        warn: (sentence) => logger.warn(sentence),
      });
      meterOf(broker).read("wirehouse_reader_behind", () => [[{ reader: "search" }, indexing.behind]]);
    },

    async started() {
      await engine.open();
      indexing.start();
    },

    async stopped() {
      await indexing.stop();
      await engine.close();
    },
  };
}

export default search(readConfig(process.env));
