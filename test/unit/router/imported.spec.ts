import { expect } from "chai";
import {
  ana,
  bob,
  change,
  cleo,
  conversation,
  create,
  dora,
  edit,
  here,
  post,
  react,
  when,
} from "../../support/given.ts";

const at = (time: string, last = false) => ({ imported: { at: `2018-02-01T${time}.000Z`, last } });
const root = { senderId: bob, clientMessageId: "k1" };
const begun = create(ana, { ...at("10:00:00"), commandId: "create" });
const said = post(bob, "last text", { ...at("10:00:01"), clientMessageId: "k1" });
const edited = edit(cleo, root, "last text", { ...at("10:00:02"), commandId: "edit" });
const liked = { ...react(dora, root, "+1"), ...at("10:00:02"), commandId: "react" };
const settled = { ...change(bob, { purpose: "tea", archived: true }), ...at("10:00:03"), commandId: "change" };

describe("an import's changes", () => {
  it("name a message of the same batch by its key, and are whoever's and whatever they were", async () => {
    const { refusals, wrote } = await when([], [begun, said, edited, liked, settled]);
    expect(refusals).to.deep.equal([undefined, undefined, undefined, undefined, undefined]);
    expect(
      wrote.slice(2).map(({ type, senderId, targetSeq, sentAt }) => [type, senderId, targetSeq, sentAt]),
    ).to.deep.equal([
      ["message", bob, undefined, "2018-02-01T10:00:01.000Z"],
      ["edit", cleo, 3, "2018-02-01T10:00:02.000Z"],
      ["reaction", dora, 3, "2018-02-01T10:00:02.000Z"],
      ["purpose", bob, undefined, "2018-02-01T10:00:03.000Z"],
      ["archive", bob, undefined, "2018-02-01T10:00:03.000Z"],
    ]);
  });

  it("come to what an earlier batch or an earlier import has stored, and say what is new", async () => {
    const { log } = await when([], [begun, said]);
    const next = await when([], [edited, liked], log);
    expect(next.wrote.map(({ type, targetSeq }) => [type, targetSeq])).to.deep.equal([
      ["edit", 3],
      ["reaction", 3],
    ]);
    const again = await when([], [begun, said, edited, liked, { ...liked, commandId: "another" }], log);
    expect(again.wrote).to.deep.equal([]);
    expect(again.outcomes.slice(2)).to.deep.equal([
      { ok: { changed: false } },
      { ok: { changed: false } },
      { ok: { changed: false } },
    ]);
  });

  it("find a message that only the log remembers, met in the same batch", async () => {
    const crowd = Array.from({ length: 300 }, (_, n) => post(bob, `${n}`, at("10:00:02")));
    const { log } = await when([], [begun, said, ...crowd]);
    const { wrote, refusals } = await when([], [said, edited, liked], log);
    expect(refusals).to.deep.equal([undefined, undefined, undefined]);
    expect(wrote.map(({ type, targetSeq }) => [type, targetSeq])).to.deep.equal([
      ["edit", 3],
      ["reaction", 3],
    ]);
  });

  it("of a message that is not there are refused", async () => {
    expect((await when([begun], [edited, liked])).refusals).to.deep.equal(["not-found", "not-found"]);
  });

  it("never overwrite what is stored under a message's key: the importer is told that it differs", async () => {
    const { log } = await when([], [begun, said]);
    const { outcomes, wrote } = await when([], [{ ...said, text: "another" }], log);
    expect(wrote).to.deep.equal([]);
    expect(outcomes[0]).to.have.nested.property("ok.differs", true);
    const live = { ...said, text: "another", imported: undefined };
    const member = await when([conversation("room", { [bob]: "owner" }), { ...said, imported: undefined }], [live]);
    expect(member.refusals).to.deep.equal(["idempotency-conflict"]);
  });

  it("of a pair that has its direct conversation here already are refused, and go nowhere else", async () => {
    const claim = { directKey: "a:b" };
    const direct = create(ana, { ...at("10:00:00"), kind: "direct", claim });
    const { log } = await when([], []);
    log.taken.set("a:b", "another");
    const { refusals } = await when([], [direct], log);
    expect(refusals).to.deep.equal(["conflict"]);
    expect(log.entries(here)).to.deep.equal([]);
  });
});
