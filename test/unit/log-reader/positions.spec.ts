import { expect } from "chai";
import { Positions } from "../../../mixins/log-reader/positions.ts";
import { entriesOf } from "./entries.ts";

describe("a reader's positions in all logs", () => {
  it("give each log its turn: the one that is told of most does not wait for all others", () => {
    const positions = new Positions();
    positions.announced("busy", 1, entriesOf("busy", 0, 1));
    positions.announced("other", 1, entriesOf("other", 0, 1));
    positions.announced("busy", 2, entriesOf("busy", 1, 1));
    const first = positions.next(2);
    expect(first.cursors).to.deep.equal([{ conversationId: "busy", seq: 2 }]);
    positions.announced("busy", 3, entriesOf("busy", 2, 1));
    positions.taken(first.cursors);
    expect(positions.next(1).cursors, "whose turn was longest ago").to.deep.equal([
      { conversationId: "other", seq: 1 },
    ]);
    expect(positions.behind).to.equal(2);
  });
});
