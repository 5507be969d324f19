import { expect } from "chai";
import { clientFrames } from "../../../services/gateway/stream/client-frames.ts";

const said = (value: unknown) => clientFrames(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)));
/** Undefined where they are malformed. */
const frames = (value: unknown) => {
  const found = said(value);
  return typeof found === "string" ? undefined : found;
};
const send = { type: "send", ref: 1, to: "#general", text: "hello" };
const id = "01890000-0000-7000-8000-000000000000";

describe("a client's frames", () => {
  it("are one object, or an array of up to 100", () => {
    expect(frames(send)).to.deep.equal([{ type: "send", frame: send }]);
    expect(frames([send, { type: "read", conversationId: id, seq: 0 }])?.map(({ type }) => type)).to.deep.equal([
      "send",
      "read",
    ]);
    expect(frames(Array.from({ length: 100 }, () => send))).to.have.length(100);
    expect(frames(Array.from({ length: 101 }, () => send))).to.equal(undefined);
  });

  it("are malformed where they are no frames, or not named by a usable ref", () => {
    for (const bad of ["{", "5", "null", "[[]]", '{"type":"nothing"}', '{"no":"type"}', '{"type":"read"}'])
      expect(frames(bad), bad).to.equal(undefined);
    for (const ref of [undefined, "", "x".repeat(65), 1.5, 2 ** 53, null, {}, true, "\u0000"])
      expect(frames({ ...send, ref }), String(ref)).to.equal(undefined);
    expect(frames('{"type":"send","ref":1,"ref":2,"to":"#x","text":"x"}')).to.equal(undefined);
    expect(frames({ type: "hello", cursors: { [id]: -1 } })).to.equal(undefined);
    expect(frames([send, { type: "nothing" }])).to.equal(undefined);
  });

  it("that are malformed are told what is wrong", () => {
    expect(said("{")).to.match(/^not JSON/);
    expect(said(5)).to.equal("a frame is an object with a type");
    expect(said({ type: { toString: 5 } })).to.equal("a frame is an object with a type");
    expect(said({ type: "nothing" })).to.equal("there is no frame of the type nothing");
    expect(said({ type: "constructor" })).to.equal("there is no frame of the type constructor");
    expect(said({ type: "read", conversationId: id })).to.equal("read: seq is required");
    expect(said({ type: "watch", principals: ["@ana", 5] })).to.match(/^watch: principals\.1 must /);
    expect(said({ ...send, ref: "" })).to.equal("send: without a usable ref");
    expect(said(Array.from({ length: 101 }, () => send))).to.equal("more than 100 frames");
    expect(said('{"type":"read","type":"read"}')).to.match(/^not JSON/);
  });

  it("are refused, not malformed, where a send names itself but can't be sent", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`);
    for (const bad of [{ text: "" }, { text: "a\u0000" }, { data: [] }, { data: deep }, { unknown: 1 }, { to: 5 }]) {
      const [frame] = frames({ ...send, ...bad }) ?? [];
      expect(frame?.type, JSON.stringify(bad)).to.equal("refused");
      if (frame?.type !== "refused") continue;
      expect(frame.ref).to.equal(1);
      expect(frame.refusal.type).to.equal("validation");
      expect(frame.refusal.data?.errors).to.have.length.greaterThan(0);
    }
  });

  it("may nest 32 levels each, an array around them not counted", () => {
    const levels = (n: number) => JSON.parse(`${'{"a":'.repeat(n)}1${"}".repeat(n)}`);
    const kinds = (data: unknown) => frames([{ ...send, data }])?.map(({ type }) => type);
    expect(kinds(levels(31))).to.deep.equal(["send"]);
    expect(kinds(levels(32))).to.deep.equal(["refused"]);
  });
});
