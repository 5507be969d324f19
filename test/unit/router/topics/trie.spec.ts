import { expect } from "chai";
import fc from "fast-check";
import type { Binding } from "../../../../contract/binding.ts";
import { Trie } from "../../../../services/router/topics/trie.ts";
import { meant, patterns, topics } from "../../../support/topics.ts";

const bindingOf = (pattern: string, serial: number): Binding => ({
  id: String(serial).padStart(4, "0"),
  pattern,
  conversationId: `c${serial % 7}`,
});
const ids = (bindings: Binding[]) => bindings.map(({ id }) => id).toSorted();

describe("a trie of bindings", () => {
  it("gives those, and those alone, whose patterns mean the topic, whatever was added and removed", () => {
    const change = fc.record({ pattern: patterns, remove: fc.option(fc.nat(), { freq: 2 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.array(topics, { maxLength: 10 }), (changes, asked) => {
        const trie = new Trie();
        const held: Binding[] = [];
        for (const [serial, { pattern, remove }] of changes.entries()) {
          const gone = remove === null ? undefined : held[remove % held.length];
          if (gone) {
            trie.remove(gone);
            held.splice(held.indexOf(gone), 1);
          } else {
            const binding = bindingOf(pattern, serial);
            trie.add(binding);
            held.push(binding);
          }
        }
        for (const topic of asked) {
          const wanted = held.filter(({ pattern }) => meant(pattern.split("."), topic.split(".")));
          expect(ids(trie.match(topic)), topic).to.deep.equal(ids(wanted));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps nothing of what was removed", () => {
    const trie = new Trie();
    const empty = JSON.stringify(new Trie());
    const bindings = ["a.b.c", "a.b.>", "a.*.c", ">"].map(bindingOf);
    for (const binding of bindings) trie.add(binding);
    trie.remove({ id: "none", pattern: "a.b.d" });
    for (const binding of bindings) trie.remove(binding);
    expect(JSON.stringify(trie)).to.equal(empty);
    expect(trie.match("a.b.c")).to.deep.equal([]);
  });
});
