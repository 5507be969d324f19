import Type from "typebox";
import type { CurrentPage, LogCursor, MessageKey } from "../../contract/actions/readers.ts";
import type { Found, FoundPage } from "../../contract/actions/search.ts";
import type { Params } from "../../contract/actions.ts";
import { PAGE_ITEMS_DEFAULT } from "../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../contract/page-cursor.ts";
import { type Authorised, authorise } from "./authorise.ts";
import type { Engine, Lookup, Position, Sort } from "./engines/engine.ts";
import { type Registry, scopeOf } from "./names.ts";
import type { Query } from "./query/ast.ts";
import { parse } from "./query/parse.ts";
import { gently } from "./text/gently.ts";
import { snippet } from "./text/highlights.ts";

/** Times that the engine is asked for one page, while what it finds turns out to be out of date. */
const ROUNDS = 20;

/** What one caller's query is answered from. */
export type World = Registry & {
  engine: Pick<Engine, "find" | "positions">;
  /** His conversations, each with its last seq. */
  conversations(): Promise<LogCursor[]>;
  /** Messages as they are now, where he is a member now. */
  mine(keys: MessageKey[]): Promise<CurrentPage>;
  /** How far a conversation is indexed. */
  cursorOf(conversationId: string): number;
};

/** @throws validation, unavailable */
export async function answer(
  { q, sort = "relevance", limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"search.query">,
  callerId: string,
  world: World,
): Promise<FoundPage> {
  const query = parse(q);
  // Without words one message answers as well as another.
  const order: Sort = query.phrases.length > 0 ? sort : "newest";
  const after = cursor === undefined ? undefined : decoder(world.engine.positions[order])(cursor);
  const conversations = await world.conversations();
  // Counted before it is looked for: what is found may be newer than what is said, not older.
  const behind = conversations.reduce(
    (sum, { conversationId, seq }) => sum + Math.max(0, seq - world.cursorOf(conversationId)),
    0,
  );
  const mine = conversations.map(({ conversationId }) => conversationId);
  const scope = await scopeOf(query, mine, callerId, world);
  if (!scope) return { items: [], next: null, behind };
  const { since, until, link, thread, phrases } = query;
  const lookup = { since, until, link, thread, phrases, ...scope, sort: order };
  return { ...(await page(lookup, limit, after, query, world)), behind };
}

/** Fills a page with hits that may go out; one more than it takes tells whether another follows. */
async function page(
  lookup: Omit<Lookup, "limit" | "after">,
  limit: number,
  start: Position | undefined,
  { phrases }: Query,
  { engine, mine }: World,
): Promise<{ items: Found[]; next: string | null }> {
  const found: Authorised[] = [];
  let after = start;
  let isEnd = false;
  for (let round = 0; round < ROUNDS && !isEnd && found.length <= limit; round++) {
    const wanted = limit + 1 - found.length;
    const hits = await engine.find({ ...lookup, limit: wanted, after });
    found.push(...(await authorise(hits, mine)));
    after = hits.at(-1)?.position;
    isEnd = hits.length < wanted;
  }
  const items = found.slice(0, limit);
  // Where it gives up in the middle, the list goes on behind what it has looked at.
  const last = found.length > limit ? items.at(-1)?.hit.position : isEnd ? undefined : after;
  return { items: await gently(items, (one) => shown(one, phrases)), next: last ? encodeCursor(last) : null };
}

const shown = ({ hit, senderId, sentAt, text }: Authorised, phrases: Query["phrases"]): Found => ({
  conversationId: hit.conversationId,
  seq: hit.seq,
  senderId,
  sentAt,
  ...snippet(text, phrases),
});

const decoder = (numbers: number) => cursorDecoder(Type.Array(Type.Number(), { minItems: numbers, maxItems: numbers }));
