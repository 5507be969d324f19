import { expect } from "chai";
import type { WireEntry } from "../../../contract/entry.ts";
import { violations } from "../../cluster/chaos/checker.ts";
import type { History, Stored } from "../../cluster/chaos/history.ts";

const entry = (seq: number, senderId: string, clientMessageId: string): WireEntry => ({
  conversationId: "room",
  seq,
  type: "message",
  senderId,
  clientMessageId,
  sentAt: "2026-01-01T00:00:00.000Z",
  body: { text: clientMessageId, salt: "" },
  bodyHash: "",
  prevHash: "",
  hash: `hash ${seq}`,
});

const log = [entry(1, "ana", "a1"), entry(2, "bob", "b1"), entry(3, "ana", "a2")];
const sent = ({ seq, senderId, clientMessageId = "", hash }: WireEntry): History["sends"][number] => ({
  senderId,
  room: "room",
  clientMessageId,
  text: clientMessageId,
  outcome: { acknowledged: { seq, hash } },
});

/** What the checker says of a good history that was spoiled. */
const found = (spoil: (history: History, logs: Map<string, WireEntry[]>) => void, broken: string[] = []): string[] => {
  const logs = new Map([["room", [...log]]]);
  const history: History = {
    sends: log.map(sent),
    views: [{ principalId: "ana", room: "room", entries: [...log] }],
    surprises: [],
    ends: [],
  };
  spoil(history, logs);
  const stored: Stored = { logs, broken };
  return violations(history, stored).map((sentence) => sentence.slice(0, 2));
};

describe("the checker of histories", () => {
  it("finds nothing in a good one, though outcomes were unknown", () => {
    expect(found(() => {})).to.deep.equal([]);
    expect(found(({ sends }) => Object.assign(sends[1] ?? {}, { outcome: { refused: "unavailable" } }))).to.be.empty;
  });

  it("finds what was acknowledged and is not stored, or otherwise", () => {
    expect(found(({ views }, logs) => [views[0]?.entries, logs.get("room")].map((all) => all?.pop()))).to.deep.equal([
      "G1",
    ]);
    expect(found(({ sends }) => Object.assign(sends[0] ?? {}, { text: "other" }))).to.deep.equal(["G1"]);
    expect(found(({ sends }) => delete sends[0]?.outcome)).to.deep.equal(["a1"].map(() => "an"));
  });

  it("finds a gap, a double and a broken chain", () => {
    const again = entry(4, "ana", "a1");
    expect(found(({ views }, logs) => [views[0]?.entries, logs.get("room")].map((all) => all?.push(again)))).to.include(
      "G3",
    );
    const beyond = entry(9, "ana", "a9");
    expect(
      found(({ views }, logs) => [views[0]?.entries, logs.get("room")].map((all) => all?.push(beyond))),
    ).to.include("G2");
    expect(found(() => {}, ["room"])).to.deep.equal(["G6"]);
  });

  it("finds a sender's messages out of his order", () => {
    expect(found(({ sends }) => sends.reverse())).to.deep.equal(["G2"]);
  });

  it("finds a stream that missed, repeated or reordered something", () => {
    expect(found(({ views }) => views[0]?.entries.pop())).to.deep.equal(["G4"]);
    expect(found(({ views }) => views[0]?.entries.push(entry(3, "ana", "a2")))).to.deep.equal(["G4"]);
    expect(found(({ views }) => views[0]?.entries.reverse())).to.deep.equal(["G4"]);
    expect(found(({ surprises }) => surprises.push("G4 ana was told of room: left"))).to.deep.equal(["G4"]);
  });
});
