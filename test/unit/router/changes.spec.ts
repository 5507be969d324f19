import { expect } from "chai";
import { EMOJIS } from "../../../contract/limits.ts";
import {
  ana,
  bob,
  change,
  cleo,
  conversation,
  dora,
  edit,
  here,
  join,
  leave,
  pin,
  post,
  react,
  redact,
  role,
  when,
} from "../../support/given.ts";

/** Seqs: create 1, joins 2 to 4, bob's message 5. */
const room = conversation("room", { [ana]: "owner", [bob]: "member", [cleo]: "reader" });
const said = post(bob, "first", { data: { k: 1 }, mentionable: [cleo] });
const SEQ = 5;

describe("edit", () => {
  it("writes the whole new version: data is kept if not given, removed by null; mentions are those of the new text", async () => {
    const body = async (more: Parameters<typeof edit>[3]) =>
      (await when([room, said], [edit(bob, SEQ, "second", more)])).wrote[0]?.body;
    expect(await body({})).to.deep.equal({ text: "second", data: { k: 1 }, salt: "BBBBBBBBBBBBBBBBBBBBBB" });
    expect(await body({ data: null })).to.deep.equal({ text: "second", salt: "BBBBBBBBBBBBBBBBBBBBBB" });
    expect(await body({ data: {}, mentionable: [ana, dora] })).to.deep.equal({
      text: "second",
      data: {},
      mentions: [ana],
      salt: "BBBBBBBBBBBBBBBBBBBBBB",
    });
  });

  it("is its author's alone, while he may post, and of messages only", async () => {
    const seqs = [1, 2, 99].map((seq) => edit(bob, seq, "x"));
    const { refusals, wrote } = await when(
      [room, said],
      [edit(ana, SEQ, "x"), edit(cleo, SEQ, "x"), edit(dora, SEQ, "x"), ...seqs],
    );
    expect(refusals).to.deep.equal(["forbidden", "forbidden", "not-found", "not-found", "not-found", "not-found"]);
    expect(wrote).to.deep.equal([]);
    expect((await when([room, said, role(ana, bob, "reader")], [edit(bob, SEQ, "x")])).refusals).to.deep.equal([
      "forbidden",
    ]);
    expect((await when([room, said, leave(bob)], [edit(bob, SEQ, "x")])).refusals).to.deep.equal(["not-found"]);
  });

  it("that changes nothing writes nothing, also behind another of the same batch", async () => {
    expect(
      (await when([room, said], [edit(bob, SEQ, "first"), edit(bob, SEQ, "first", { data: { k: 1 } })])).wrote,
    ).to.deep.equal([]);
    const batch = [edit(bob, SEQ, "x"), edit(bob, SEQ, "x"), edit(bob, SEQ, "first", { data: null })];
    expect((await when([room, said], batch)).wrote).to.have.length(2);
  });

  it("of a message of the same batch, or behind its redaction, is decided on the draft", async () => {
    const { refusals } = await when(
      [room],
      [post(bob, "x"), edit(bob, SEQ, "y"), redact(bob, SEQ), edit(bob, SEQ, "z")],
    );
    expect(refusals).to.deep.equal([undefined, undefined, undefined, "redacted"]);
  });
});

describe("redact", () => {
  it("is for the author while he may post, and for owners; twice is no second entry", async () => {
    const { refusals, wrote } = await when(
      [room, said, post(ana, "of the owner")],
      [
        redact(bob, SEQ + 1),
        redact(cleo, SEQ),
        redact(dora, SEQ),
        redact(ana, SEQ, "regret"),
        redact(bob, SEQ),
        redact(ana, 1),
      ],
    );
    expect(refusals).to.deep.equal(["forbidden", "forbidden", "not-found", undefined, undefined, "not-found"]);
    expect(wrote.map(({ type, targetSeq, body }) => [type, targetSeq, body])).to.deep.equal([
      ["redact", SEQ, { reason: "regret" }],
    ]);
  });

  it("keeps its thread: replying is allowed, editing, reacting and pinning are not", async () => {
    const { refusals } = await when(
      [room, said, redact(bob, SEQ)],
      [post(ana, "reply", { replyTo: SEQ }), edit(bob, SEQ, "x"), react(cleo, SEQ, "👍"), pin(ana, SEQ)],
    );
    expect(refusals).to.deep.equal([undefined, "redacted", "redacted", "redacted"]);
  });
});

describe("reactions and pins", () => {
  it("write an entry only when something changes, however they fall together", async () => {
    const batch = [
      react(cleo, SEQ, "👍"),
      react(cleo, SEQ, "👍"),
      react(bob, SEQ, "👍"),
      react(cleo, SEQ, "🎉", false),
      react(cleo, SEQ, "👍", false),
    ];
    const { wrote, log } = await when([room, said], batch);
    expect(wrote.map(({ senderId, body }) => [senderId, body])).to.deep.equal([
      [cleo, { emoji: "👍", on: true }],
      [bob, { emoji: "👍", on: true }],
      [cleo, { emoji: "👍", on: false }],
    ]);
    const pins = await when(
      [],
      [pin(ana, SEQ), pin(bob, SEQ), pin(bob, SEQ, false), pin(cleo, SEQ), react(dora, SEQ, "👍")],
      log,
    );
    expect(pins.wrote).to.have.length(2);
    expect(pins.refusals).to.deep.equal([undefined, undefined, undefined, "forbidden", "not-found"]);
  });
});

describe("reactions to one message", () => {
  it("G8 are of so many different emoji at most; one that stands is everybody's still", async () => {
    const { refusals, log } = await when(
      [room, said],
      Array.from({ length: EMOJIS + 1 }, (_, n) => react(cleo, SEQ, `e${n}`)),
    );
    expect(refusals).to.deep.equal([...Array(EMOJIS).fill(undefined), "conflict"]);
    const batch = [react(bob, SEQ, "new"), react(bob, SEQ, "e7"), react(cleo, SEQ, "e7", false)];
    const later = await when([], batch, log);
    expect(later.refusals).to.deep.equal(["conflict", undefined, undefined]);
    const imported = { ...react(bob, SEQ, "elsewhere"), imported: { at: "2026-01-01T00:00:00.000Z", last: false } };
    expect((await when([], [imported], log)).refusals, "an import is not for our rules to refuse").to.deep.equal([
      undefined,
    ]);
  });
});

describe("change", () => {
  const channel = conversation("channel", { [ana]: "owner", [bob]: "member", [cleo]: "reader" }, true);

  it("a name is an owner's to give, a purpose a member's", async () => {
    const { refusals, wrote } = await when(
      [channel],
      [
        change(bob, { name: "coup" }),
        change(bob, { purpose: "x" }),
        change(cleo, { purpose: "y" }),
        change(ana, { name: "#new" }),
        change(ana, { name: "Upper" }),
        change(dora, { purpose: "z" }),
      ],
    );
    expect(refusals).to.deep.equal(["forbidden", undefined, "forbidden", undefined, "validation", "not-a-member"]);
    expect(wrote.map(({ type, body }) => [type, body])).to.deep.equal([
      ["purpose", { purpose: "x" }],
      ["rename", { name: "new" }],
    ]);
  });

  it("all of it, or nothing of it", async () => {
    expect((await when([channel], [change(bob, { purpose: "x", name: "coup" })])).wrote).to.deep.equal([]);
    const { wrote } = await when([channel], [change(ana, { purpose: "x", name: "y", archived: true })]);
    expect(wrote.map(({ type }) => type)).to.deep.equal(["rename", "purpose", "archive"]);
  });

  it("what is so already writes nothing", async () => {
    expect((await when([channel], [change(ana, { name: "fx", purpose: "", archived: false })])).wrote).to.deep.equal(
      [],
    );
  });

  it("archived: nothing is written but un-archiving and leaving; a repeat gets its first answer", async () => {
    const given = [channel, said, change(ana, { archived: true })];
    const { refusals } = await when(given, [
      said,
      post(ana, "x"),
      edit(bob, SEQ, "x"),
      redact(bob, SEQ),
      react(cleo, SEQ, "👍"),
      pin(ana, SEQ),
      change(ana, { name: "x" }),
      join(ana, dora),
      join(dora),
      role(ana, bob, "owner"),
      leave(ana, bob),
      leave(bob),
      change(ana, { archived: false, name: "x" }),
      post(ana, "x"),
    ]);
    const shut = Array(10).fill("archived");
    expect(refusals).to.deep.equal([undefined, ...shut, undefined, undefined, undefined]);
  });

  it("a taken name is a conflict, and its batch's neighbours are stored", async () => {
    const { log } = await when([channel], []);
    log.taken.set("#theirs", "another");
    const { refusals, wrote } = await when([], [post(ana, "1"), change(ana, { name: "theirs" }), post(ana, "2")], log);
    expect(refusals).to.deep.equal([undefined, "conflict", undefined]);
    expect(wrote).to.have.length(2);
    expect(log.entries(here)).to.have.length(6);
  });
});
