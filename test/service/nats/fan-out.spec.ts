import { expect } from "chai";
import { connect } from "nats";
import type { Announcement } from "../../../contract/events.ts";
import { ANNOUNCEMENT_BYTES } from "../../../contract/limits.ts";
import { NatsFanOut } from "../../../mixins/fan-out/nats.ts";
import { fanOutContract } from "../../contracts/fan-out.contract.ts";
import { describeOnNats, type NatsServer, withNats } from "../../support/nats.ts";
import { until } from "../../support/until.ts";

const head = { seq: 1, hash: "0".repeat(64) };

async function withFanOuts(
  server: NatsServer,
  count: number,
  use: (fanOuts: NatsFanOut[], warnings: string[]) => Promise<void>,
): Promise<void> {
  const warnings: string[] = [];
  const fanOuts = Array.from(
    { length: count },
    (_, index) => new NatsFanOut({ servers: [server.url] }, `test ${index}`, (sentence) => warnings.push(sentence)),
  );
  try {
    for (const fanOut of fanOuts) await fanOut.open();
    await use(fanOuts, warnings);
  } finally {
    for (const fanOut of fanOuts) await fanOut.close();
  }
}

describeOnNats("fan-out over NATS", () => {
  fanOutContract("over NATS", (use) =>
    withNats((server) => withFanOuts(server, 1, async ([fanOut]) => (fanOut ? use(fanOut) : undefined))),
  );

  it("carries an announcement from node to node, whatever the id: it is one token of the subject", () =>
    withNats((server) =>
      withFanOuts(server, 2, async ([here, there]) => {
        const ids = ["a", "a.b", "*", ">", "a b", "ü", "%2E"];
        const heard: string[] = [];
        for (const id of ids) there?.onAnnouncement(id, ({ conversationId }) => heard.push(`${id}: ${conversationId}`));
        await there?.subscribed();
        for (const conversationId of ids) here?.announce({ conversationId, head, entries: [] });
        await until(() => heard.length >= ids.length, "all to be heard");
        expect(heard).to.deep.equal(ids.map((id) => `${id}: ${id}`));
      }),
    ));

  it("tells the head alone of what is too large", () =>
    withNats((server) =>
      withFanOuts(server, 1, async ([fanOut]) => {
        const heard: Announcement[] = [];
        fanOut?.onAnnouncement("c", (told) => heard.push(told));
        const entry = {
          conversationId: "c",
          seq: 1,
          type: "message" as const,
          senderId: "ana",
          sentAt: "2026-01-01T00:00:00.000Z",
          body: { text: "\u0001".repeat(ANNOUNCEMENT_BYTES / 6), salt: "" },
          bodyHash: head.hash,
          prevHash: head.hash,
          hash: head.hash,
        };
        fanOut?.announce({ conversationId: "c", head, entries: [entry] });
        await fanOut?.subscribed();
        expect(heard).to.deep.equal([{ conversationId: "c", head, entries: [] }]);
      }),
    ));

  it("passes over what is no JSON object, says so, and hears what comes after it", () =>
    withNats((server) =>
      withFanOuts(server, 1, async ([fanOut], warnings) => {
        const heard: number[] = [];
        fanOut?.onAnnouncement("c", (told) => heard.push(told.head.seq));
        await fanOut?.subscribed();
        const stranger = await connect({ servers: [server.url] });
        for (const told of ["null", "7", "{", '"head"']) stranger.publish("wirehouse.conversation.c", told);
        await stranger.drain();
        fanOut?.announce({ conversationId: "c", head, entries: [] });
        await fanOut?.subscribed();
        expect(heard).to.deep.equal([1]);
        expect(warnings).to.deep.equal(Array(4).fill("What was told on wirehouse.conversation.c is no JSON object"));
      }),
    ));

  it("is there again after the server was gone, and says so", () =>
    withNats((server) =>
      withFanOuts(server, 2, async ([here, there]) => {
        const heard: number[] = [];
        let reconnected = false;
        there?.onAnnouncement("c", (told) => heard.push(told.head.seq));
        there?.onReconnected(() => {
          reconnected = true;
        });
        await server.kill();
        await server.start();
        await until(() => reconnected, "the connection to be back");
        await until(async () => {
          here?.announce({ conversationId: "c", head: { ...head, seq: 7 }, entries: [] });
          return heard.includes(7);
        }, "the subscription to be back");
      }),
    ));
});
