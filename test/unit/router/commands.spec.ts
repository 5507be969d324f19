import { expect } from "chai";
import { MENTIONS } from "../../../contract/limits.ts";
import {
  ana,
  bob,
  cleo,
  conversation,
  create,
  dora,
  here,
  join,
  leave,
  post,
  role,
  when,
} from "../../support/given.ts";

const room = conversation("room", { [ana]: "owner", [bob]: "member", [cleo]: "reader" });
const channel = conversation("channel", { [ana]: "owner", [bob]: "member" }, true);
const broadcast = conversation("broadcast", { [ana]: "owner" }, true);
const direct = conversation("direct", { [ana]: "member", [bob]: "member" });

describe("create", () => {
  it("writes `create` at seq 1, then a `join` for each of the first members", async () => {
    const { wrote } = await when([], [room]);
    expect(wrote.map(({ seq, type }) => [seq, type])).to.deep.equal([
      [1, "create"],
      [2, "join"],
      [3, "join"],
      [4, "join"],
    ]);
  });

  it("again by its maker finds what there is; by another it is a conflict", async () => {
    expect((await when([room], [create(ana)])).outcomes).to.deep.equal([
      { ok: { conversationId: here, created: false } },
    ]);
    expect((await when([room], [create(bob)])).refusals).to.deep.equal(["conflict"]);
    expect((await when([room], [create(ana, { kind: "channel", name: "x" })])).refusals).to.deep.equal(["conflict"]);
  });
});

describe("post", () => {
  it("G5 is for owners and members: a reader may not, and a stranger is told no more than that there is nothing", async () => {
    const { refusals, wrote } = await when(
      [room],
      [ana, bob, cleo, dora].map((who) => post(who, "x")),
    );
    expect(refusals).to.deep.equal([undefined, undefined, "forbidden", "not-found"]);
    expect(wrote).to.have.length(2);
  });

  it("G5 of a public channel one learns that one isn't in it", async () => {
    expect((await when([channel], [post(dora, "x")])).refusals).to.deep.equal(["not-a-member"]);
  });

  it("G3 once: a repeat in the same batch or later gets the first answer, another text is a conflict", async () => {
    const again = (text: string) => post(ana, text, { clientMessageId: "same" });
    const first = await when([room], [again("x"), again("x"), again("y")]);
    expect(first.refusals).to.deep.equal([undefined, undefined, "idempotency-conflict"]);
    expect(first.wrote).to.have.length(1);
    const [a, b] = first.outcomes;
    expect(a && "ok" in a && { ...a.ok, repeat: true }).to.deep.equal(b && "ok" in b && b.ok);
    const later = await when([], [again("x"), again("z")], first.log);
    expect(later.outcomes[0]).to.deep.equal(b);
    expect(later.refusals[1]).to.equal("idempotency-conflict");
    expect(later.wrote).to.deep.equal([]);
  });

  it("G3 a repeat is the same text, data and thread, whatever else has changed; the order of data's keys is nothing", async () => {
    const message = (more = {}) =>
      post(ana, "@bob x", { clientMessageId: "k", data: { a: 1, b: [2] }, mentionable: [bob], ...more });
    const { log } = await when([room], [message()]);
    const repeats = [
      message({ data: { b: [2], a: 1 } }),
      message({ salt: "BBBBBBBBBBBBBBBBBBBBBB" }),
      message({ mentionable: [] }),
    ];
    const others = [
      message({ data: { a: 1, b: [3] } }),
      message({ data: undefined }),
      message({ text: "@bob y" }),
      message({ replyTo: 5 }),
    ];
    const { refusals, wrote } = await when([], [...repeats, ...others], log);
    expect(refusals).to.deep.equal([...repeats.map(() => undefined), ...others.map(() => "idempotency-conflict")]);
    expect(wrote).to.deep.equal([]);
  });

  it("G3 who may no longer post gets what anybody in his place gets, not the first answer", async () => {
    const message = post(bob, "x", { clientMessageId: "k" });
    expect((await when([room, message, leave(bob)], [message])).refusals).to.deep.equal(["not-found"]);
    expect((await when([room, message, role(ana, bob, "reader")], [message])).refusals).to.deep.equal(["forbidden"]);
  });

  it("a reply to a reply joins its root's thread, also within a batch and from far behind", async () => {
    const chatter = Array.from({ length: 40 }, (_, i) => post(ana, `${i}`));
    const { wrote } = await when(
      [room, post(ana, "root"), post(bob, "reply", { replyTo: 5 }), ...chatter],
      [post(ana, "to the reply", { replyTo: 6 }), post(ana, "to that", { replyTo: 47 })],
    );
    expect(wrote.map(({ replyTo }) => replyTo)).to.deep.equal([5, 5]);
  });

  it("replies to messages only", async () => {
    const { refusals, wrote } = await when(
      [room],
      [1, 2, 4, 5, 99].map((replyTo) => post(ana, "x", { replyTo })),
    );
    expect(refusals).to.deep.equal(["validation", "validation", "validation", "validation", "validation"]);
    expect(wrote).to.deep.equal([]);
  });

  it("mentions members only, and not too many", async () => {
    const { wrote } = await when([room], [post(ana, "@bob @dora", { mentionable: [bob, dora] })]);
    expect(wrote[0]?.type === "message" && wrote[0].body.mentions).to.deep.equal([bob]);
    const crowd = Array.from({ length: MENTIONS + 1 }, (_, i) => `01900000-0000-7000-8000-0000000001${10 + i}`);
    const full = conversation("room", Object.fromEntries([[ana, "owner"], ...crowd.map((id) => [id, "member"])]));
    expect((await when([full], [post(ana, "x", { mentionable: crowd })])).refusals).to.deep.equal(["validation"]);
    expect((await when([full], [post(ana, "x", { mentionable: crowd.slice(1) })])).refusals).to.deep.equal([undefined]);
  });

  it("a conversation's time never goes back, whatever the owner's clock says", async () => {
    const { log } = await when([room], [post(ana, "x")]);
    const before = log.entries(here).at(-1)?.sentAt;
    log.clock -= 3_600_000;
    const { wrote } = await when([], [post(ana, "y")], log);
    expect(wrote[0]?.sentAt).to.equal(before);
  });
});

describe("join", () => {
  it("by oneself: what is public, in the usual role, and nothing above it", async () => {
    const joined = async (kind: typeof channel, as?: "owner" | "member" | "reader") => {
      const { wrote, refusals } = await when([kind], [join(dora, dora, as)]);
      return wrote[0]?.type === "join" ? wrote[0].body.role : refusals[0];
    };
    expect(await joined(channel)).to.equal("member");
    expect(await joined(channel, "reader")).to.equal("reader");
    expect(await joined(channel, "owner")).to.equal("forbidden");
    expect(await joined(broadcast)).to.equal("reader");
    expect(await joined(broadcast, "member")).to.equal("forbidden");
    expect(await joined(room)).to.equal("not-found");
    expect(await joined(direct)).to.equal("not-found");
  });

  it("by invitation: of owners and members, in no role above the inviter's", async () => {
    const invited = async (by: string, as?: "owner" | "member" | "reader") =>
      (await when([room], [join(by, dora, as)])).refusals[0];
    expect(await invited(ana, "owner")).to.equal(undefined);
    expect(await invited(bob)).to.equal(undefined);
    expect(await invited(bob, "owner")).to.equal("forbidden");
    expect(await invited(cleo)).to.equal("forbidden");
    expect((await when([room], [join(dora, dora)])).refusals).to.deep.equal(["not-found"]);
    expect((await when([direct], [join(ana, dora)])).refusals).to.deep.equal(["conflict"]);
  });

  it("of who is in already changes nothing, and writes nothing", async () => {
    const { outcomes, wrote } = await when([channel], [join(bob), join(ana, bob, "owner")]);
    const same = { ok: { principalId: bob, role: "member", joinedSeq: 3, changed: false } };
    expect(outcomes).to.deep.equal([same, same]);
    expect(wrote).to.deep.equal([]);
  });
});

describe("leave", () => {
  it("two last owners who leave at once: one stays", async () => {
    const two = conversation("room", { [ana]: "owner", [bob]: "owner", [cleo]: "member" });
    const { refusals, wrote } = await when([two], [leave(ana), leave(bob)]);
    expect(refusals).to.deep.equal([undefined, "last-owner"]);
    expect(wrote).to.have.length(1);
  });

  it("the last member may go, owner or not", async () => {
    expect((await when([create(ana)], [leave(ana)])).refusals).to.deep.equal([undefined]);
  });

  it("one is removed by owners only; nobody leaves a direct conversation", async () => {
    expect(
      (await when([room], [leave(bob, cleo), leave(cleo, bob), leave(ana, cleo), leave(ana, dora)])).refusals,
    ).to.deep.equal(["forbidden", "forbidden", undefined, "not-found"]);
    expect((await when([direct], [leave(ana), leave(bob, ana)])).refusals[0]).to.equal("conflict");
  });

  it("a retry of what was done gets its first answer, though he is a stranger by now", async () => {
    const going = leave(bob);
    const { log, outcomes } = await when([room], [going]);
    expect((await when([], [going, leave(bob)], log)).outcomes).to.deep.equal([
      outcomes[0],
      { refused: { type: "not-found", detail: "There is no such conversation" } },
    ]);
  });
});

describe("role", () => {
  it("is given by owners; the last of them keeps his own", async () => {
    expect((await when([room], [role(bob, cleo, "member")])).refusals).to.deep.equal(["forbidden"]);
    expect((await when([room], [role(ana, ana, "member")])).refusals).to.deep.equal(["last-owner"]);
    expect(
      (await when([room], [role(ana, bob, "owner"), role(ana, ana, "reader"), post(ana, "x")])).refusals,
    ).to.deep.equal([undefined, undefined, "forbidden"]);
  });

  it("that is so already writes nothing", async () => {
    expect((await when([room], [role(ana, bob, "member")])).wrote).to.deep.equal([]);
  });
});

describe("an import", () => {
  const at = (time: string, last = false) => ({ imported: { at: `2018-02-01T${time}.000Z`, last } });

  it("has its original times, and keeps everybody else out until it is complete", async () => {
    const begun = create(ana, { ...at("10:00:00"), commandId: "import-create" });
    const { log } = await when([begun], [post(bob, "never was a member", at("10:00:01")), post(ana, "from outside")]);
    expect(log.entries(here).map(({ sentAt }) => sentAt.slice(11, 19))).to.deep.equal([
      "10:00:00",
      "10:00:00",
      "10:00:01",
    ]);
    expect((await when([], [post(ana, "x")], log)).refusals).to.deep.equal(["unavailable"]);
    await when([], [post(ana, "end", at("10:00:02", true))], log);
    expect((await when([], [post(ana, "x")], log)).refusals).to.deep.equal([undefined]);
  });

  it("done again writes nothing, and does not shut the conversation again", async () => {
    const commands = [
      create(ana, { ...at("10:00:00"), commandId: "import-create" }),
      post(bob, "root", { ...at("10:00:01"), clientMessageId: "k1" }),
      post(bob, "reply", {
        ...at("10:00:02", true),
        clientMessageId: "k2",
        replyTo: { senderId: bob, clientMessageId: "k1" },
      }),
    ];
    const { log, wrote } = await when([], commands);
    expect(wrote.at(-1)?.replyTo).to.equal(3);
    const again = await when([], commands.slice(0, 2), log);
    expect(again.wrote).to.deep.equal([]);
    expect(log.importing.get(here)).to.not.equal(true);
  });
});
