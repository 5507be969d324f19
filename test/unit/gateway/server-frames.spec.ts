import { expect } from "chai";
import { canonical } from "../../../contract/chain.ts";
import type { Entry } from "../../../contract/entry.ts";
import { FRAME_BYTES, FRAME_ENTRIES } from "../../../contract/limits.ts";
import { entriesFrames } from "../../../services/gateway/stream/server-frames.ts";
import { entry, parsed } from "./stream-world.ts";

const text = (seq: number, bytes: number): Entry => {
  const made = entry("c", seq, "message");
  return made.type === "message" ? { ...made, body: { ...made.body, text: "x".repeat(bytes) } } : made;
};
const sent = (entries: Entry[]) => [...entriesFrames("c", entries)].map(({ frame }) => parsed(frame));

describe("frames of entries", () => {
  it("hold all of them, in order, at most 200 each", () => {
    const entries = Array.from({ length: 450 }, (_, index) => entry("c", index + 1, "message"));
    const frames = sent(entries);
    expect(frames.map((frame) => frame.type === "entries" && frame.entries.length)).to.deep.equal([200, 200, 50]);
    expect(frames.flatMap((frame) => (frame.type === "entries" ? frame.entries : []))).to.deep.equal(entries);
    expect(FRAME_ENTRIES).to.equal(200);
  });

  it("stay under 1 MiB, also where few entries fill one", () => {
    const entries = Array.from({ length: 30 }, (_, index) => text(index + 1, 100_000));
    const frames = [...entriesFrames("c", entries)];
    expect(frames.map(({ entries: held }) => held.length)).to.deep.equal([10, 10, 10]);
    for (const { frame } of frames) expect(frame.length).to.be.at.most(FRAME_BYTES);
  });

  it("show a body in its canonical form, as history does", () => {
    const made = entry("c", 1, "message");
    if (made.type !== "message") throw new Error("no message");
    for (const body of [
      { text: "t", salt: "s", mentions: ["m"] },
      { text: "t", data: { b: 1, a: { d: 1, c: 2 } }, salt: "s" },
    ]) {
      const [frame] = entriesFrames("c", [{ ...made, body }]);
      expect(frame?.frame.toString()).to.include(`"body":${canonical(body)}}]}`);
    }
  });
});
