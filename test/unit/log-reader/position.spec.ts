import { expect } from "chai";
import fc from "fast-check";
import type { WireEntry } from "../../../contract/entry.ts";
import { Position } from "../../../mixins/log-reader/position.ts";
import { entriesOf } from "./entries.ts";

/** What may happen to a reader of a log that grows. */
const event = fc.oneof(
  fc.record({ type: fc.constant("grows" as const), by: fc.integer({ min: 1, max: 4 }), heard: fc.boolean() }),
  // An announcement that comes late, or again.
  fc.record({ type: fc.constant("late" as const), from: fc.nat(30), count: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ type: fc.constant("reads" as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ type: fc.constant("takes" as const), most: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ type: fc.constant("compares" as const) }),
);

describe("a reader's position in a log", () => {
  it("whatever is lost, late and told twice: entries are taken in order, each once, and a comparison finds what lacks", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const log: WireEntry[] = [];
        const position = new Position(0);
        const taken: number[] = [];
        const take = (most: number) => {
          const some = position.kept.slice(0, most);
          taken.push(...some.map(({ seq }) => seq));
          const last = some.at(-1);
          if (last) position.moved(last.seq);
        };
        const read = (count: number) => {
          const some = log.slice(position.cursor, position.cursor + count);
          position.read(position.cursor, some);
        };
        for (const one of events) {
          if (one.type === "grows") {
            const more = entriesOf("c", log.length, one.by);
            log.push(...more);
            if (one.heard) position.hear(log.length, more);
          }
          if (one.type === "late") {
            const some = log.slice(one.from, one.from + one.count);
            position.hear(some.at(-1)?.seq ?? 0, some);
          }
          if (one.type === "reads" && position.kept.length === 0) read(one.count);
          if (one.type === "takes") take(one.most);
          if (one.type === "compares") position.compare(log.length);
          expect(position.kept.map(({ seq }) => seq)).to.deep.equal(
            position.kept.map((_, index) => position.cursor + 1 + index),
          );
          expect(position.behind).to.be.within(position.kept.length, log.length - position.cursor);
        }
        position.compare(log.length);
        while (position.behind > 0) {
          if (position.kept.length === 0) read(5);
          take(5);
        }
        expect(taken).to.deep.equal(log.map(({ seq }) => seq));
      }),
    );
  });

  it("goes over a hole that a read shows, and not over one in what is told", () => {
    const position = new Position(2);
    position.hear(6, entriesOf("c", 4, 2));
    expect([position.behind, position.kept]).to.deep.equal([4, []]);
    position.read(2, entriesOf("c", 4, 2));
    expect(position.kept.map(({ seq }) => seq)).to.deep.equal([5, 6]);
    position.moved(6);
    position.hear(8, []);
    position.read(5, entriesOf("c", 7, 1));
    expect(position.kept, "read before it was there").to.deep.equal([]);
    position.read(6, []);
    expect([position.cursor, position.behind], "there is nothing more").to.deep.equal([6, 0]);
  });

  it("begins again where the log was set back, and not for an answer that was late", () => {
    const position = new Position(5);
    position.hear(7, entriesOf("c", 5, 2));
    position.moved(7);
    position.compare(6);
    expect(position.cursor, "asked before 7 was there").to.equal(7);
    position.hear(9, entriesOf("c", 7, 2));
    position.compare(6);
    expect([position.cursor, position.behind, position.kept]).to.deep.equal([0, 6, []]);
    position.moved(9);
    expect(position.cursor, "what was under way is of the log that was").to.equal(0);
  });

  it("begins again where it started beyond the log's end", () => {
    const position = new Position(5);
    position.compare(3);
    expect([position.cursor, position.behind]).to.deep.equal([0, 3]);
  });
});
