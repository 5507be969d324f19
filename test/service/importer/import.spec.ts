import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { ServiceBroker } from "moleculer";
import { typeOf } from "../../../contract/errors.ts";
import { call } from "../../../mixins/call.ts";
import { as, run, withWirehouse } from "../../support/importing.ts";
import { send } from "../../support/services.ts";
import { expected, texts, ts, workspace, writeArchive } from "../../support/slack.ts";
import { withFolder } from "../../support/with-broker.ts";
import { zipOf } from "../../support/zip.ts";

/** A conversation's raw log, as one of its members may read it. */
async function log(broker: ServiceBroker, handle: string, name: string) {
  const meta = await as(broker, handle);
  const { conversationId } = await call(broker, "router.resolve", { to: `#${name}` }, meta);
  return (await call(broker, "persistence.read", { conversationId, limit: 200 }, meta)).items;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => typeOf(error),
  );
}

describe("importer: a workspace", () => {
  it("becomes conversations with their members, threads, mentions and times", () =>
    withWirehouse(async (broker) => {
      const summary = await withFolder((folder) => run(broker, writeArchive(folder, workspace)));
      expect(summary).to.deep.include({ conversations: 3, people: 4, applications: 2, repeated: 0, failures: [] });
      expect(summary).to.deep.include({ records: expected.records, imported: expected.imported });
      expect(summary.skipped).to.deep.equal({ "no text": 1 });
      expect(summary.verified).to.deep.equal({ conversations: 3, faults: [] });

      const ben = await as(broker, "ben");
      const ana = await as(broker, "ana");
      const { conversationId } = await call(broker, "router.resolve", { to: "#general" }, ben);
      const { items } = await call(broker, "persistence.history", { conversationId, limit: 200 }, ben);
      const first = items[0]?.seq;
      expect(items.map(({ text, replyTo }) => [text, replyTo])).to.deep.equal([
        ["Hello @ben, see #random", undefined],
        ["in a thread", first],
        ["its root is gone", undefined],
        ["1 < 2", undefined],
        ["a file", undefined],
        ["Build 7 (https://ci.example/7)\npassed", undefined],
        ["/me waves", undefined],
        ["to the first again", first],
      ]);
      expect(items[0]).to.deep.include({ mentions: [ben.principalId], replies: 2, senderId: ana.principalId });
      expect(items[0]?.sentAt).to.equal("2020-09-13T12:26:41.000Z");

      const [created] = await log(broker, "ben", "general");
      expect(created).to.deep.include({
        type: "create",
        senderId: ana.principalId,
        sentAt: "2020-09-13T12:10:00.000Z",
      });
      expect(created?.body).to.deep.include({ kind: "channel", private: false, purpose: "All & everything" });
      const members = await call(broker, "persistence.members", { conversationId }, ben);
      expect(members.items.map(({ handle, role }) => `${handle} ${role}`)).to.have.members([
        "ana owner",
        "ben member",
        "builder member",
        "robot member",
      ]);
      expect((await call(broker, "directory.get", { handle: "cleo" })).disabled).to.equal(true);
      expect((await call(broker, "directory.get", { handle: "nobody" })).kind).to.equal("person");
    }));

  it("G5 shows its history to its members and to nobody else", () =>
    withWirehouse(async (broker) => {
      await withFolder((folder) => run(broker, writeArchive(folder, workspace)));
      const [entry] = await log(broker, "ben", "general");
      const conversationId = entry?.conversationId ?? "";
      for (const stranger of ["cleo", "admin", "nobody"]) {
        const reading = call(broker, "persistence.read", { conversationId }, await as(broker, stranger));
        expect(await failure(reading)).to.equal("not-a-member");
      }
    }));

  it("G3 run again, from a zip this time, stores nothing twice and says so", () =>
    withWirehouse(async (broker) => {
      await withFolder((folder) => run(broker, writeArchive(folder, workspace)));
      const before = await log(broker, "ben", "general");
      const again = await withFolder((folder) => {
        writeFileSync(join(folder, "export.zip"), zipOf(texts(workspace)));
        return run(broker, join(folder, "export.zip"));
      });
      expect(again).to.deep.include({ imported: expected.imported, repeated: expected.imported, failures: [] });
      expect(await log(broker, "ben", "general")).to.deep.equal(before);
    }));

  it("is opened by its import: until then nobody else writes there, afterwards everybody does", () =>
    withWirehouse(async (broker) => {
      await withFolder((folder) => run(broker, writeArchive(folder, workspace)));
      const ben = await as(broker, "ben");
      for (const channel of ["#general", "#random"]) {
        const sent = await send(broker, { to: channel, text: "at last" }, ben);
        expect(sent.repeat).to.equal(false);
      }
      const archived = call(broker, "router.send", { to: "#empty", text: "never" }, ben);
      expect(await failure(archived)).to.equal("archived");
    }));

  it("goes on where a later export of it has more", () =>
    withWirehouse(async (broker) => {
      await withFolder((folder) => run(broker, writeArchive(folder, workspace)));
      const more = { type: "message", user: "U2", text: "the next week", thread_ts: ts(1), ts: ts(600_000) };
      const later = { ...workspace, "general/2020-09-20.json": [more] };
      const summary = await withFolder((folder) => run(broker, writeArchive(folder, later)));
      expect(summary).to.deep.include({ imported: expected.imported + 1, repeated: expected.imported, failures: [] });
      const entries = await log(broker, "ben", "general");
      const root = entries.find(({ type }) => type === "message");
      expect(entries.at(-1)).to.deep.include({ replyTo: root?.seq, sentAt: "2020-09-20T11:06:40.000Z" });
    }));

  it("leaves alone what was here before: a channel's name, and who has the handle of one of its people", () =>
    withWirehouse(async (broker) => {
      const admin = await as(broker, "admin");
      const ben = await call(broker, "directory.create", { handle: "ben", name: "Big Ben", kind: "person" }, admin);
      await call(broker, "router.create", { kind: "channel", name: "general" }, admin);
      const archive = (folder: string) => run(broker, writeArchive(folder, workspace));
      for (const summary of [await withFolder(archive), await withFolder(archive)]) {
        expect(summary).to.deep.include({ failures: [], imported: expected.imported });
        expect(summary.notes).to.include("1 people were here already under another name: @ben");
      }
      expect((await call(broker, "directory.get", { handle: "ben" })).name).to.equal("Big Ben");
      const entries = await log(broker, "ben", "general-c1");
      expect(entries.filter(({ senderId, type }) => type === "message" && senderId === ben.id)).to.have.length(5);
      expect(await log(broker, "admin", "general")).to.have.length(2);
    }));

  it("G8 that is malformed is refused before anything of it is written", () =>
    withWirehouse(async (broker) => {
      const broken = { ...workspace, "random/2020-09-14.json": "[{" };
      await withFolder(async (folder) => {
        const importing = run(broker, writeArchive(folder, broken)).catch((error: unknown) => error);
        expect(await importing).to.have.property("message", "random/2020-09-14.json: is not JSON in UTF-8");
      });
      expect(await failure(as(broker, "ana"))).to.equal("not-found");
    }));

  it("is for administrators, and for one of them at a time", () =>
    withWirehouse(async (broker) => {
      await withFolder(async (folder) => {
        const path = writeArchive(folder, workspace);
        expect(await failure(call(broker, "importer.run", { path }))).to.equal("unauthorized");
        const both = await Promise.all([run(broker, path), failure(run(broker, path))]);
        expect(both[1]).to.equal("conflict");
        expect(await failure(call(broker, "importer.run", { path }, await as(broker, "ana")))).to.equal("forbidden");
      });
    }));
});
