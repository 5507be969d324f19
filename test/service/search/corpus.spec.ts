import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "chai";
import { call } from "../../../mixins/call.ts";
import importer from "../../../services/importer/importer.service.ts";
import { search } from "../../../services/search/search.service.ts";
import { root } from "../../support/server.ts";
import { administrator, logOf, meta, people, wire } from "../../support/services.ts";
import { until } from "../../support/until.ts";
import { withBroker, withFolder } from "../../support/with-broker.ts";

const CORPUS = resolve(root, "../shared/corpus/slack-export");
/** Messages that are looked for, spread over all. */
const SAMPLE = 150;

const corpus = existsSync(CORPUS) ? describe : undefined;
if (!corpus) console.log("Search on a corpus: left out, for want of ../shared/corpus");

corpus?.("Search on real conversations", () => {
  it("finds each message by its own words, for who is in its conversation and for nobody else", () =>
    withFolder((folder) =>
      withBroker([...wire(folder), search({ data: folder }), importer], async (broker) => {
        const summary = await call(broker, "importer.run", { path: CORPUS }, await administrator(broker));
        expect(summary.failures).to.deep.equal([]);
        const [ana, bob] = await people(broker, "a-reader", "a-stranger");
        const messages: { conversationId: string; seq: number; text: string }[] = [];
        let cursor: string | undefined;
        do {
          const page = await call(broker, "persistence.channels", cursor === undefined ? {} : { cursor }, meta(ana));
          for (const { id } of page.items) {
            await call(broker, "router.join", { conversationId: id }, meta(ana));
            for (const { seq, type, body } of await logOf(broker, id, ana))
              if (type === "message" && body && "text" in body)
                messages.push({ conversationId: id, seq, text: body.text });
          }
          cursor = page.next ?? undefined;
        } while (cursor !== undefined);
        const isBehind = async () => (await call(broker, "search.query", { q: "a" }, meta(ana))).behind > 0;
        await until(async () => !(await isBehind()), "the corpus to be indexed", 60_000);

        expect(messages.length).to.be.greaterThan(5000);
        const step = Math.floor(messages.length / SAMPLE);
        for (let index = 0; index < messages.length; index += step) {
          const { conversationId, seq, text } = messages[index] ?? { conversationId: "", seq: 0, text: "" };
          const words = text
            .replaceAll('"', " ")
            .match(/[\p{L}\p{N}].{0,60}/su)?.[0]
            .replace(/\S*$/, "")
            .trim();
          if (!words) continue;
          const q = `"${words.replaceAll(/\s+/g, " ")}" in:${conversationId}`;
          const found = await call(broker, "search.query", { q, limit: 200, sort: "newest" }, meta(ana));
          const hit = found.items.find((item) => item.seq === seq);
          expect(hit, q).not.to.equal(undefined);
          for (const [from, to] of hit?.highlights ?? [])
            expect(hit?.snippet.slice(from, to)).to.match(/[\p{L}\p{N}]/u);
          const theirs = await call(broker, "search.query", { q }, meta(bob));
          expect(theirs).to.deep.equal({ items: [], next: null, behind: 0 });
        }
      }),
    )).timeout(240_000);
});
