import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { ServiceBroker } from "moleculer";
import type { WireEntry } from "../../../contract/entry.ts";
import { typeOf } from "../../../contract/errors.ts";
import { call } from "../../../mixins/call.ts";
import { importArchive } from "../../../services/importer/run.ts";
import { conversationIdOf } from "../../../services/importer/slack/names.ts";
import { as, run, withWirehouse } from "../../support/importing.ts";
import { send } from "../../support/services.ts";
import { type Files, texts, writeArchive } from "../../support/slack.ts";
import { at, RECORDS, whole } from "../../support/slack-whole.ts";
import { withFolder } from "../../support/with-broker.ts";
import { zipOf } from "../../support/zip.ts";

const PEOPLE = ["ana", "ben", "cleo", "dora", "builder", "admin"];
const created = Date.parse("2020-09-13T08:00:00Z");
const idOf = (slackId: string) => conversationIdOf(slackId, created);
const conversations = { tea: "C1", cups: "C2", secret: "G1", three: "G2", pair: "D1", self: "D2" };

const bring = (broker: ServiceBroker, files: Files) => withFolder((folder) => run(broker, writeArchive(folder, files)));

/** Who reads a conversation, and what the others are told. */
async function readers(broker: ServiceBroker, conversationId: string): Promise<Record<string, string[]>> {
  const told: Record<string, string[]> = {};
  for (const handle of PEOPLE) {
    const reading = call(broker, "persistence.read", { conversationId }, await as(broker, handle));
    const answer = await reading.then(
      () => "reads",
      (error: unknown) => `${typeOf(error)}`,
    );
    told[answer] = [...(told[answer] ?? []), handle];
  }
  return told;
}

/** A log as lines: when, what, by whom, on which seq, and its content, with handles for ids. */
async function log(broker: ServiceBroker, handle: string, slackId: string): Promise<string[]> {
  const ids = await Promise.all(PEOPLE.map(async (one) => [(await as(broker, one)).principalId, one] as const));
  const named = (text: string) => ids.reduce((all, [id, one]) => all.replaceAll(id, one), text);
  const line = ({ seq, type, senderId, targetSeq, body, sentAt }: WireEntry) => {
    const { salt: _salt, ...content } = { salt: "", ...body };
    const target = targetSeq === undefined ? "" : ` of ${targetSeq}`;
    return named(
      `${sentAt.slice(11, 19)} ${seq} ${type}${target} ${senderId} ${body ? JSON.stringify(content) : "overtaken"}`,
    );
  };
  const meta = await as(broker, handle);
  const { items } = await call(broker, "persistence.read", { conversationId: idOf(slackId), limit: 200 }, meta);
  return items.map(line);
}

/** All logs, each as one of its members reads it. */
const logs = async (broker: ServiceBroker): Promise<string[][]> => [
  await log(broker, "ana", "C1"),
  await log(broker, "ben", "C2"),
  await log(broker, "ana", "G1"),
  await log(broker, "cleo", "G2"),
  await log(broker, "cleo", "D1"),
  await log(broker, "ben", "D2"),
];

describe("importer: the whole of Slack", () => {
  it("edits, reactions, topics, names, archives and files are entries at their time and in its order", () =>
    withWirehouse(async (broker) => {
      const summary = await bring(broker, whole);
      expect(summary).to.deep.include({ records: RECORDS, imported: RECORDS, repeated: 0, skipped: {}, failures: [] });
      expect(summary.verified).to.deep.equal({ conversations: 6, faults: [] });
      const url = "https://files.example/F1/pot.jpg?v=2";
      const file = { mimetype: "image/jpeg", name: "pot.jpg", size: 70_000, title: "The pot", url };
      const cup = { title: "cup", url: "https://x.example/files/U2/F2/cup.png" };
      const uploaded = { text: `@ben uploaded a file: cup (${cup.url})`, data: { files: [cup] } };
      expect(await log(broker, "ben", "C1")).to.deep.equal([
        '08:00:00 1 create ana {"kind":"channel","name":"coffee","private":false}',
        '08:00:00 2 join ana {"principalId":"ana","role":"owner"}',
        '08:00:00 3 join ana {"principalId":"ben","role":"member"}',
        '09:00:00 4 message ana {"text":"Hello"}',
        '09:00:00 5 reaction of 4 ben {"emoji":"+1","on":true}',
        '09:00:00 6 reaction of 4 ana {"emoji":"+1","on":true}',
        "09:01:00 7 message ben overtaken",
        '09:02:00 8 message ana {"text":"in between, see #g1"}',
        '09:03:00 9 edit of 7 ben {"text":"second thoughts"}',
        `09:04:00 10 message ana ${JSON.stringify({ data: { files: [file] }, text: "The pot" })}`,
        `09:05:00 11 message ben ${JSON.stringify({ data: uploaded.data, text: uploaded.text })}`,
        '09:06:00 12 purpose ana {"purpose":"Green <3"}',
        '09:07:00 13 purpose ben {"purpose":"About tea"}',
        '09:08:00 14 rename ana {"name":"tea"}',
        '09:09:00 15 archive ana {"on":true}',
        '09:10:00 16 archive ana {"on":false}',
        "09:11:00 17 message ben overtaken",
        '10:00:00 18 edit of 17 ana {"text":"late"}',
      ]);
      expect(await log(broker, "ben", "C2")).to.deep.equal([
        '08:00:00 1 create ben {"kind":"channel","name":"cups","private":false,"purpose":"All & any"}',
        '08:00:00 2 join ben {"principalId":"ben","role":"owner"}',
        '09:00:00 3 message ben {"text":"a cup"}',
        '09:00:00 4 archive ben {"on":true}',
      ]);
      const ben = await as(broker, "ben");
      const { items } = await call(broker, "persistence.history", { conversationId: idOf("C1") }, ben);
      expect(items[0]?.reactions).to.deep.equal([{ emoji: "+1", count: 2, me: true }]);
      expect(items[1]).to.deep.include({ text: "second thoughts", editedAt: "2020-09-13T09:03:00.000Z" });
      const { purpose, name } = await call(broker, "persistence.conversation", { conversationId: idOf("C1") }, ben);
      expect({ purpose, name }).to.deep.equal({ purpose: "About tea", name: "tea" });
    }));

  it("what is private is a private channel, a room or a direct conversation, of its own people", () =>
    withWirehouse(async (broker) => {
      await bring(broker, whole);
      expect(await log(broker, "ana", "G1")).to.deep.equal([
        '08:00:00 1 create dora {"kind":"channel","name":"secret","private":true}',
        '08:00:00 2 join dora {"principalId":"ben","role":"member"}',
        '08:00:00 3 join dora {"principalId":"cleo","role":"member"}',
        '08:00:00 4 join ana {"principalId":"ana","role":"owner"}',
        '09:00:00 5 message dora {"text":"we are among ourselves"}',
        '09:01:00 6 message builder {"text":"built"}',
        '09:02:00 7 message cleo {"text":"I go"}',
        '09:03:00 8 leave cleo {"principalId":"cleo"}',
        '09:04:00 9 purpose ana {"purpose":"Hush"}',
        '09:05:00 10 message ana {"mentions":["ben"],"text":"@ben, @cleo and @dora?"}',
      ]);
      expect(await log(broker, "cleo", "G2")).to.deep.equal([
        '08:00:00 1 create ben {"kind":"room","private":true}',
        '08:00:00 2 join ben {"principalId":"ben","role":"owner"}',
        '08:00:00 3 join ben {"principalId":"ana","role":"member"}',
        '08:00:00 4 join ben {"principalId":"cleo","role":"member"}',
        '09:00:00 5 message cleo {"text":"the three of us"}',
      ]);
      expect(await log(broker, "ana", "D1")).to.deep.equal([
        '08:00:00 1 create cleo {"kind":"direct","private":true}',
        '08:00:00 2 join cleo {"principalId":"cleo","role":"member"}',
        '08:00:00 3 join cleo {"principalId":"ana","role":"member"}',
        '09:00:00 4 message cleo {"text":"just you"}',
        '09:00:00 5 reaction of 4 ana {"emoji":"heart::skin-tone-2","on":true}',
        '09:01:00 6 message ana {"text":"and me"}',
      ]);
      // It is the conversation that the two find from now on, and a note to oneself too.
      const more = { to: "@ana", text: "still here" };
      const found = await send(broker, more, await as(broker, "cleo"));
      expect(found.conversationId).to.equal(idOf("D1"));
      const self = await send(broker, { to: "@ben", text: "another" }, await as(broker, "ben"));
      expect(self.conversationId).to.equal(idOf("D2"));
    }));

  it("G5 what is private is read by those alone who are listed, and told to nobody else", () =>
    withWirehouse(async (broker) => {
      await bring(broker, whole);
      const { secret, three, pair, self } = conversations;
      const rest = (inside: string[]) => PEOPLE.filter((one) => !inside.includes(one));
      for (const [id, inside] of [
        [secret, ["ana", "ben"]],
        [three, ["ana", "ben", "cleo"]],
        [pair, ["ana", "cleo"]],
        [self, ["ben"]],
      ] as const)
        expect(await readers(broker, idOf(id))).to.deep.equal({ reads: inside, "not-found": rest([...inside]) });
      const { items } = await call(broker, "persistence.channels", {}, await as(broker, "dora"));
      expect(items.map(({ name }) => name)).to.have.members(["tea", "cups"]);
    }));

  it("G3 again, from a zip, changes nothing", () =>
    withWirehouse(async (broker) => {
      await bring(broker, whole);
      const before = await logs(broker);
      const again = await withFolder((folder) => {
        writeFileSync(join(folder, "export.zip"), zipOf(texts(whole)));
        return run(broker, join(folder, "export.zip"));
      });
      expect(again).to.deep.include({ imported: RECORDS, repeated: RECORDS, failures: [] });
      expect(await logs(broker)).to.deep.equal(before);
    }));

  it("stops while it verifies, too: what it has written stays", () =>
    withWirehouse(async (broker) => {
      const { principalId: administratorId } = await as(broker, "admin");
      await withFolder(async (folder) => {
        const stop = new AbortController();
        const progress = ({ phase }: { phase: string }) => phase === "verifying" && stop.abort();
        const ended = importArchive(writeArchive(folder, whole), {
          broker,
          administratorId,
          progress,
          stop: stop.signal,
        });
        expect(await ended.catch(typeOf)).to.equal("unavailable");
      });
      expect(await bring(broker, whole)).to.deep.include({ imported: RECORDS, repeated: RECORDS, failures: [] });
    }));

  it("G3 interrupted after each write and run again, comes to the same", () =>
    withWirehouse(async (broker) => {
      const { principalId: administratorId } = await as(broker, "admin");
      await withFolder(async (folder) => {
        const path = writeArchive(folder, whole);
        let interruptions = 0;
        for (let limit = 1; ; limit++) {
          const stop = new AbortController();
          let writes = 0;
          const progress = ({ phase }: { phase: string }) => {
            if (phase === "writing records" && ++writes === limit) stop.abort();
          };
          const ended = await importArchive(path, { broker, administratorId, progress, stop: stop.signal }).catch(
            typeOf,
          );
          if (ended === "unavailable") interruptions += 1;
          else break;
        }
        expect(interruptions).to.be.greaterThan(6);
      });
      const interrupted = await logs(broker);
      const straight = await withWirehouse(async (other) => {
        await bring(other, whole);
        return logs(other);
      });
      expect(interrupted).to.deep.equal(straight);
    }));

  it("a later export adds what is new to it, and says what it can't", () =>
    withWirehouse(async (broker) => {
      await bring(broker, whole);
      const before = await log(broker, "ana", "C1");
      const said = (user: string, time: string, text: string, more: object = {}) => ({
        user,
        text,
        ts: at(time),
        ...more,
      });
      const summary = await bring(broker, {
        ...whole,
        "tea/2020-09-13.json": [
          said("U1", "09:00:00", "Hello", {
            reactions: [
              { name: "+1", users: ["U2", "U1"] },
              { name: "tea", users: ["U2"] },
            ],
          }),
          said("U2", "09:01:00", "third thoughts", { edited: { user: "U2", ts: at("11:00:00") } }),
          said("U1", "09:02:00", "not what it was"),
        ],
      });
      expect(summary.failures).to.deep.equal([]);
      const id = "slack:C1:";
      expect(summary.notes).to.include.members([
        `1 messages are here as an earlier run stored them, and differ in the archive by now: ${id}${at("09:02:00")}`,
      ]);
      expect(summary.notes.filter((note) => note.includes("entries stand behind later ones"))).to.have.length(1);
      expect((await log(broker, "ana", "C1")).slice(before.length)).to.deep.equal([
        '10:00:00 19 reaction of 4 ben {"emoji":"tea","on":true}',
        '11:00:00 20 edit of 7 ben {"text":"third thoughts"}',
      ]);
    }));

  it("leaves alone a pair that has its direct conversation here already, and says so", () =>
    withWirehouse(async (broker) => {
      const admin = await as(broker, "admin");
      for (const handle of ["ana", "cleo"])
        await call(broker, "directory.create", { handle, name: handle, kind: "person" }, admin);
      const theirs = await send(broker, { to: "@cleo", text: "before" }, await as(broker, "ana"));
      const summary = await bring(broker, whole);
      expect(summary.failures).to.deep.equal([
        "1 conversations could not be created: D1 (The two have a direct conversation already)",
      ]);
      expect(summary.skipped).to.deep.equal({ "its conversation could not be created": 2 });
      const { conversationId } = theirs;
      const { items } = await call(broker, "persistence.read", { conversationId }, await as(broker, "cleo"));
      expect(items.map(({ type }) => type)).to.deep.equal(["create", "join", "join", "message"]);
    }));
});
