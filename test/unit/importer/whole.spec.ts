import { expect } from "chai";
import { changed } from "../../../services/importer/slack/changes.ts";
import { dataOf, filesOf, filesText } from "../../../services/importer/slack/files.ts";
import { readListed } from "../../../services/importer/slack/lists.ts";
import { formerNames } from "../../../services/importer/slack/names.ts";
import { Pending } from "../../../services/importer/slack/pending.ts";
import { reactionsOf } from "../../../services/importer/slack/reactions.ts";

const record = (more: object) => ({ ts: "1.0", user: "U1", ...more });

describe("importer: what a record changes of its channel", () => {
  const of = (subtype: string, text: string, more: object = {}) => changed(record({ subtype, text, ...more }));

  it("is told by a field, or in older exports by Slack's sentence", () => {
    const set = (purpose: string, what = "topic") => ({ type: "purpose", of: what, purpose });
    expect(of("channel_topic", "…", { topic: "Tea" })).to.deep.equal(set("Tea"));
    expect(of("channel_topic", "…", { topic: "" })).to.deep.equal(set(""));
    expect(of("channel_topic", "<@U1> set the channel topic: Tea: now\nhot")).to.deep.equal(set("Tea: now\nhot"));
    expect(of("channel_topic", "<@U1> cleared the channel topic")).to.deep.equal(set(""));
    expect(of("group_purpose", "<@U1> set the channel description: x")).to.deep.equal(set("x", "purpose"));
    expect(of("channel_name", '<@U1> has renamed the channel from "a" to "b"')).to.deep.equal({
      type: "rename",
      from: "a",
      to: "b",
    });
    expect(of("group_unarchive", "")).to.deep.equal({ type: "archive", on: false });
  });

  it("is nothing where neither says, and no other record is one", () => {
    expect(of("channel_topic", "<@U1> hat das Thema festgelegt")).to.equal(null);
    expect(of("channel_name", "renamed")).to.equal(null);
    expect(of("channel_join", "")).to.equal(undefined);
    expect(changed(record({ text: "set the channel topic: x" }))).to.equal(undefined);
  });
});

describe("importer: a message's files", () => {
  const one = { name: "a.txt", url_private: "https://f.example/a?t=xoxe-1&x=2" };

  it("G5 have addresses without the export's token, and none that isn't the web's", () => {
    expect(filesOf(record({ files: [one] }))).to.deep.equal([{ name: "a.txt", url: "https://f.example/a?x=2" }]);
    const bad = ["javascript:alert(1)", "file:///etc/passwd", "no address"];
    const files = bad.map((url_private) => ({ name: "a", url_private, permalink: "https://f.example/p" }));
    expect(filesOf(record({ files })).map(({ url }) => url)).to.deep.equal(bad.map(() => "https://f.example/p"));
  });

  it("are those that are there still, in older exports the one of the record or of its text", () => {
    expect(filesOf(record({ files: [{ mode: "tombstone" }] }))).to.deep.equal([]);
    expect(filesOf(record({ file: { title: "T", size: 3 } }))).to.deep.equal([{ title: "T", size: 3 }]);
    const text = "<@U1> uploaded a file: <https://x.example/files/U1/F1/a.png|a.png> and commented: see";
    const url = "https://x.example/files/U1/F1/a.png";
    expect(filesOf(record({ subtype: "file_share", text }))).to.deep.equal([{ title: "a.png", url }]);
    expect(filesOf(record({ text }))).to.deep.equal([]);
  });

  it("stand for a text where there is none, and keep within what `data` holds", () => {
    expect(filesText([{ title: "T", name: "n" }, { name: "n" }, { url: "https://u.example/" }])).to.equal(
      "T\nn\nhttps://u.example/",
    );
    const many = Array.from({ length: 50 }, (_, n) => ({ name: `${n}`.padEnd(1000, "x") }));
    const { data, omitted } = dataOf(many);
    expect(JSON.stringify(data).length).to.be.within(30_000, 32 * 1024);
    expect(omitted).to.be.within(17, 20);
    expect(dataOf([])).to.deep.equal({ omitted: 0 });
  });
});

describe("importer: reactions", () => {
  it("are one by each user, by the names that an emoji may have here", () => {
    const reactions = [
      { name: "+1", users: ["U1", "U2", "U1"], count: 5 },
      { name: "a b/c", users: ["U1"] },
      { name: "x".repeat(40), users: [], count: 0 },
    ];
    const { reacted, unnamed, cut } = reactionsOf(record({ reactions }));
    expect(reacted.map(({ emoji, slackId }) => [emoji, slackId])).to.deep.equal([
      ["+1", "U1"],
      ["+1", "U2"],
      ["a-b-c", "U1"],
    ]);
    expect({ unnamed, cut }).to.deep.equal({ unnamed: 3, cut: 1 });
    expect(new Set(reacted.map(({ key }) => key)).size).to.equal(3);
  });
});

describe("importer: what is pending", () => {
  it("comes when its time has come, in the order of times", () => {
    const pending = new Pending<string>();
    for (const [ts, item] of [
      ["9.5", "c"],
      ["10.000001", "d"],
      ["9.4", "a"],
      ["9.4", "b"],
    ] as const)
      pending.add(ts, item);
    expect(pending.take("9.3")).to.deep.equal([]);
    expect(pending.take("9.500000")).to.deep.equal(["a", "b", "c"]);
    expect(pending.take("10.000000")).to.deep.equal([]);
    expect(pending.take()).to.deep.equal(["d"]);
    expect(pending.take()).to.deep.equal([]);
  });
});

describe("importer: the lists of conversations", () => {
  const listed = (files: Record<string, unknown>) => readListed(async (file) => files[file] ?? []);

  it("say what each is; a group that older exports list as a private channel is one group", async () => {
    const conversations = await listed({
      "channels.json": [{ id: "C1", name: "a" }],
      "groups.json": [
        { id: "G1", name: "b" },
        { id: "G2", name: "mpdm-x" },
        { id: "G3", name: "mpdm-y", is_mpim: true },
      ],
      "mpims.json": [{ id: "G2", name: "mpdm-x" }],
      "dms.json": [{ id: "D1", members: ["U1", "U2"] }, { id: "D2", members: ["U1"] }, { id: "D3" }],
    });
    expect(conversations.map(({ id, space }) => `${id} ${space}`)).to.have.members([
      ..."C1 public|G2 group|G1 private|G3 group|D1 direct|D2 direct|D3 group".split("|"),
    ]);
  });

  it("never make public what is private: an id or a folder in two lists is malformed", async () => {
    const clash = { "channels.json": [{ id: "C1", name: "a" }], "groups.json": [{ id: "C1", name: "b" }] };
    const message = (files: Record<string, unknown>) => listed(files).catch((error: Error) => error.message);
    expect(await message(clash)).to.equal('groups.json: id "C1" stands there twice');
    const folder = { "channels.json": [{ id: "C1", name: "D1" }], "dms.json": [{ id: "D1", members: ["U1"] }] };
    expect(await message(folder)).to.equal('dms.json: name "D1" stands there twice');
  });
});

describe("importer: names of a channel's past", () => {
  it("are its own, and no other's of now or of then", () => {
    const now = new Map([
      ["C1", "tea"],
      ["C2", "cups"],
    ]);
    const given = new Map([
      ["C1", ["Cups", "Old One", "tea"]],
      ["C2", ["old-one", "cups"]],
    ]);
    const names = formerNames(given, now);
    expect([...(names.get("C1") ?? [])]).to.deep.equal([
      ["Cups", "cups-c1"],
      ["Old One", "old-one"],
      ["tea", "tea"],
    ]);
    expect([...(names.get("C2") ?? [])]).to.deep.equal([
      ["old-one", "old-one-c2"],
      ["cups", "cups"],
    ]);
  });
});
