import { expect } from "chai";
import fc from "fast-check";
import { Cursors } from "../../../client/cursors.ts";
import type { Entry } from "../../../client/words.ts";

/** Entries of a log, whose hashes name the log. */
const log = (from: number, to: number, name = "log"): Entry[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => {
    const seq = from + index;
    return {
      type: "message",
      conversationId: "c",
      seq,
      senderId: "ana",
      sentAt: "2026-01-01T00:00:00.000Z",
      bodyHash: "",
      prevHash: `${name} ${seq - 1}`,
      hash: `${name} ${seq}`,
    };
  });

const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);

describe("the client's cursors", () => {
  it("G4: hand on each entry once and in order, whatever is told twice, lost or torn apart by reconnects", () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant("written" as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ type: fc.constant("told" as const), from: fc.integer({ min: -3, max: 3 }), count: fc.nat(6) }),
      fc.record({ type: fc.constant("reconnected" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cursors = new Cursors({ c: 0 });
        const shown: number[] = [];
        let head = 0;
        for (const one of steps) {
          if (one.type === "written") head += one.count;
          else if (one.type === "reconnected") {
            const sent = cursors.all();
            expect(cursors.greet({ c: head }, sent)).to.deep.equal({ joined: [], left: [], reset: [] });
          } else {
            const from = Math.max(1, shown.length + 1 + one.from);
            const { news, gap, reset } = cursors.take("c", log(from, Math.min(head, from + one.count)));
            expect(reset).to.equal(undefined);
            if (gap) expect(from).to.be.greaterThan(shown.length + 1);
            shown.push(...seqs(news));
            cursors.moved("c", news);
          }
        }
        expect(shown).to.deep.equal(seqs(log(1, shown.length)));
        expect(cursors.all()).to.deep.equal({ c: shown.length });
      }),
    );
  });

  it("begin at the heads of the first greeting, and tell nothing of it", () => {
    const cursors = new Cursors();
    expect(cursors.greet({ c: 7, d: 0 }, {})).to.deep.equal({ joined: [], left: [], reset: [] });
    expect(cursors.all()).to.deep.equal({ c: 7, d: 0 });
  });

  it("tell what came and went while nobody was connected", () => {
    const cursors = new Cursors({ stays: 3, goes: 3 });
    const changes = cursors.greet({ stays: 9, comes: 5 }, cursors.all());
    expect(changes).to.deep.equal({
      joined: ["comes"],
      left: ["goes"],
      reset: [{ conversationId: "comes", head: 5 }],
    });
    expect(cursors.all()).to.deep.equal({ stays: 3, comes: 5 });
  });

  it("take what follows a join for its beginning, and lose nothing unsaid if it never came", () => {
    const cursors = new Cursors({});
    cursors.joined("c");
    expect(seqs(cursors.take("c", log(4, 6)).news)).to.deep.equal([4, 5, 6]);
    expect(cursors.all()).to.deep.equal({});
    expect(cursors.greet({ c: 6 }, {}).reset).to.deep.equal([{ conversationId: "c", head: 6 }]);
    cursors.joined("c");
    cursors.moved("c", log(8, 9));
    expect(cursors.all()).to.deep.equal({ c: 9 });
    cursors.left("c");
    expect(cursors.all()).to.deep.equal({});
  });

  it("notice a log that was set back, by its length and by its hashes", () => {
    const cursors = new Cursors({ c: 9, d: 2 });
    const { reset } = cursors.greet({ c: 7, d: 2 }, cursors.all());
    expect(reset).to.deep.equal([{ conversationId: "c", head: 7 }]);
    cursors.moved("d", log(3, 4));
    expect(cursors.take("d", log(5, 6, "another"))).to.deep.include({ reset: 4 });
    expect(cursors.take("d", [...log(5, 5), ...log(6, 6, "another")])).to.deep.equal({ news: [], gap: true });
  });

  it("give as many as fit a hello, those that moved last, and say where the others go on", () => {
    const ids = Array.from({ length: 30 }, (_, index) => `conversation-${String(index).padStart(2, "0")}`);
    const cursors = new Cursors(Object.fromEntries(ids.map((id) => [id, 1])));
    cursors.moved(ids[0] ?? "", log(2, 2));
    const sent = cursors.all(100);
    expect(Object.keys(sent)).to.deep.equal([ids[26], ids[27], ids[28], ids[29], ids[0]]);
    expect(JSON.stringify(sent).length).to.be.at.most(101);
    const heads = Object.fromEntries(ids.map((id) => [id, id === ids[5] || id === ids[29] ? 3 : 1]));
    const { joined, reset } = cursors.greet({ ...heads, [ids[0] ?? ""]: 2 }, sent);
    expect([joined, reset]).to.deep.equal([[], [{ conversationId: ids[5], head: 3 }]]);
  });
});
