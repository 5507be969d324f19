import { expect } from "chai";
import fc from "fast-check";
import type { Document, Engine, Lookup } from "../../../services/search/engines/engine.ts";
import { Fts5 } from "../../../services/search/engines/fts5.ts";
import { parse } from "../../../services/search/query/parse.ts";
import { describeOnMeilisearch, newUid, sharedMeilisearch, withEngine } from "../../support/meilisearch.ts";
import { withFolder } from "../../support/with-broker.ts";

const id = (number: number) => `01900000-0000-7000-8000-${String(number).padStart(12, "0")}`;
const START = Date.parse("2026-03-01T00:00:00.000Z");
const DAY = 86_400_000;

/** Words that share beginnings, and what other languages of queries would read as their own. */
const words = [
  ..."a an ana eur eurusd EURUSD usd the quick Überraschung ubera смотри смотр 東京 東京都 京都 都 タワー ไทย ภาษาไทย 서울에서 서울".split(
    " ",
  ),
  ...`" "" ' \\ \\" - -eur !eur OR AND NOT IN TO = != ( ) [ ] { } , * ** _geoRadius(1,2,3) terms=eur EXISTS null true`.split(
    " ",
  ),
  'eur" OR terms = "usd',
  '\\" OR conversation EXISTS OR terms = \\"',
  "eur/usd",
  "http://a.example/x?y=z",
  "😀",
  "é",
  "e\u0301",
  "ﬁ",
];
const text = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, fc.string({ unit: "grapheme", maxLength: 8 })),
  {
    minLength: 1,
    maxLength: 8,
  },
);
const documents = fc.array(
  fc.record({
    text: text.map((some) => some.join(" ")),
    conversation: fc.integer({ min: 0, max: 4 }),
    sender: fc.integer({ min: 0, max: 2 }),
    // Times of their own: in which order what is of one millisecond comes is each engine's.
    at: fc.integer({ min: 0, max: 3 * DAY }),
    thread: fc.boolean(),
  }),
  { minLength: 200, maxLength: 200 },
);
const filters = ["has:link", "is:thread", "on:2026-03-02", "before:2026-03-03", "after:2026-03-01"];
const queries = fc.array(
  fc.record({
    parts: fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...words) },
        { weight: 2, arbitrary: fc.constantFrom(...words).map((word) => `${word}*`) },
        {
          weight: 2,
          arbitrary: fc
            .array(fc.constantFrom(...words), { maxLength: 3 })
            .map((some) => `"${some.join(" ").replaceAll('"', "")}"`),
        },
        fc.constantFrom(...filters),
        fc.string({ unit: "binary", maxLength: 6 }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    sender: fc.option(fc.integer({ min: 0, max: 3 })),
    conversations: fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
    limit: fc.integer({ min: 1, max: 20 }),
  }),
  { minLength: 100, maxLength: 100 },
);

function documentsOf(drawn: typeof documents extends fc.Arbitrary<infer D> ? D : never): Document[] {
  const times = new Set<number>();
  return drawn.map(({ text: said, conversation, sender, at, thread }, index) => {
    let sent = START + at;
    while (times.has(sent)) sent += 1;
    times.add(sent);
    const place = { conversationId: id(conversation), seq: index + 1, senderId: id(100 + sender) };
    return { ...place, sentAt: new Date(sent).toISOString(), version: index + 1, text: said, thread };
  });
}

/** All pages of a list. @returns places in their order */
async function all(engine: Engine, lookup: Omit<Lookup, "after">): Promise<string[]> {
  const places: string[] = [];
  for (let after: Lookup["after"]; ; ) {
    const hits = await engine.find({ ...lookup, after });
    places.push(...hits.map(({ conversationId, seq, version }) => `${conversationId} ${seq} ${version}`));
    if (hits.length < lookup.limit) return places;
    after = hits.at(-1)?.position;
  }
}

const parsed = (q: string) => {
  try {
    return parse(q);
  } catch {
    return undefined;
  }
};

describeOnMeilisearch("Meilisearch and FTS5", () => {
  it("give the same answers in the same order, whatever is written and asked", () =>
    withFolder((folder) =>
      fc.assert(
        fc.asyncProperty(documents, queries, async (drawn, asked) => {
          const fts5 = new Fts5(folder);
          await fts5.open();
          try {
            await withEngine(await sharedMeilisearch(), newUid(), async (meilisearch, heard) => {
              const put = documentsOf(drawn);
              for (const engine of [fts5, meilisearch]) await engine.index.apply({ put, remove: [], cursors: [] });
              expect(heard).to.deep.equal({ failed: [], setAside: [] });
              let found = 0;
              for (const { parts, sender, conversations, limit } of asked) {
                const query = parsed(parts.join(" "));
                if (!query) continue;
                const { since, until, link, thread, phrases } = query;
                const scope = {
                  conversationIds: conversations.map(id),
                  ...(sender === null ? {} : { senderId: id(100 + sender) }),
                };
                for (const sort of ["newest", "relevance"] as const) {
                  const lookup = { since, until, link, thread, phrases, ...scope, sort, limit };
                  const [ours, theirs] = [await all(fts5, lookup), await all(meilisearch, lookup)];
                  expect(theirs, `${sort}: ${JSON.stringify(parts.join(" "))}`).to.deep.equal(ours);
                  found += ours.length;
                }
              }
              expect(found).to.be.greaterThan(0);
            });
          } finally {
            await (await fts5.rebuild()).adopt();
            await fts5.close();
          }
        }),
        { numRuns: 5 },
      ),
    )).timeout(180_000);
});
