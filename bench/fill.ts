import { join } from "node:path";
import { text as consumeText } from "node:stream/consumers";
import { ServiceBroker } from "moleculer";
import { v7 as uuid } from "uuid";
import type { Append, Appended, AppendedEntry, Loaded } from "../contract/append.ts";
import { link } from "../contract/chain.ts";
import { salt } from "../services/router/prepare/salt.ts";
import { writer } from "./words.ts";

/**
 * A process that lengthens logs by the way that routers' turns take, in appends as large as theirs may be:
 *
 *     WIREHOUSE_DATA=<folder> node bench/fill.ts <entries each>        conversations, a line each, on its standard input
 */

/** Entries of one append: half a megabyte of them. */
const TOGETHER = 500;
/** Appends under way at once, so that the writer never waits for the hashes of the next ones. */
const AHEAD = 4;

const write = writer(1);
const [each] = process.argv.slice(2);
const conversations = await consumeText(process.stdin).then((all) => all.split("\n").filter((id) => id !== ""));
const broker = new ServiceBroker({ logger: false, validator: false });
broker.loadService(join(import.meta.dirname, "../services/persistence/persistence.service.ts"));
await broker.start();

const ask = <Params, Result>(name: string, params: Params): Promise<Result> => broker.call(name, params);

/** A log's next entries, each behind the one before. */
function* appendsTo(conversationId: string, loaded: Loaded, count: number): Generator<Append> {
  let { head, ordinal } = loaded;
  const { creatorId: senderId, sentAt } = loaded;
  for (let left = count; left > 0; left -= TOGETHER) {
    const before = head;
    const entries = Array.from({ length: Math.min(left, TOGETHER) }, (): AppendedEntry => {
      const body = { text: write(), salt: salt() };
      const entry = link(head, { type: "message", conversationId, senderId, clientMessageId: uuid(), sentAt, body });
      head = { seq: entry.seq, hash: entry.hash };
      ordinal += 1;
      return { entry, ordinal };
    });
    const keys = entries.map(({ entry }) => ({ senderId, clientMessageId: entry.clientMessageId ?? "" }));
    yield { conversationId, head: before, entries, keys };
  }
}

const underWay: Promise<void>[] = [];
for (const conversationId of conversations) {
  const loaded = await ask<object, Loaded>("persistence.load", { conversationId });
  for (const append of appendsTo(conversationId, loaded, Number(each))) {
    underWay.push(
      ask<Append, Appended>("persistence.append", append).then(({ outcome }) => {
        if (outcome !== "appended") throw new Error(`it was ${outcome}`);
      }),
    );
    if (underWay.length >= AHEAD) await underWay.shift();
  }
}
await Promise.all(underWay);
await broker.stop();
process.exit(0);
