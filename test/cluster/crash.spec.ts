import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import { type Client, Follower, Client as Rest } from "../support/client.ts";
import { type Server, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { withFolder } from "../support/with-broker.ts";

const PEOPLE = 4;
const ROOMS = 6;
const MESSAGES = 60;
/** Acknowledgements after which the process is killed, each time anew. */
const DEATHS = [100, 400, 900];

type Acknowledged = { sender: string; room: string; clientMessageId: string; seq: number; hash: string };

/** Sends until the answer is definite: a broken connection leaves it unknown, and the same key finds out. */
async function sendSurely(client: Client, room: string, clientMessageId: string) {
  for (;;) {
    try {
      return await client.send(room, `text of ${clientMessageId}`, clientMessageId);
    } catch {
      await pause(10);
    }
  }
}

describe("G1, G3, G4: the process is killed under load, again and again", () => {
  it("what was acknowledged or shown is stored, once, and the streams miss nothing", async () => {
    await withFolder(async (data) => {
      let server: Server = await startServer(data);
      const admin = new Rest(server.url, server.token);
      const people = await Promise.all(Array.from({ length: PEOPLE }, (_, i) => admin.person(`person-${i}`)));
      const [owner, ...others] = people;
      if (!owner) throw new Error("nobody");
      const rooms = await Promise.all(
        Array.from({ length: ROOMS }, () => owner.room(...others.map(({ handle }) => handle))),
      );
      const followers = people.map((person) => new Follower(person, Object.fromEntries(rooms.map((id) => [id, 0]))));

      const acknowledged: Acknowledged[] = [];
      const senders = people.flatMap((person) =>
        rooms.map(async (room) => {
          for (let i = 0; i < MESSAGES; i++) {
            const clientMessageId = `${i}`;
            const { seq, hash } = await sendSurely(person, room, clientMessageId);
            acknowledged.push({ sender: person.id, room, clientMessageId, seq, hash });
          }
        }),
      );
      for (const death of DEATHS) {
        await until(() => acknowledged.length >= death, `${death} acknowledgements`, 60_000);
        await server.kill();
        server = await startServer(data, { WIREHOUSE_ADMIN_TOKEN: `${"x".repeat(40)}` });
        for (const person of people) person.url = server.url;
      }
      await Promise.all(senders);

      for (const room of rooms) {
        const log = await owner.log(room);
        expect(
          log.map(({ seq }) => seq),
          "no gap",
        ).to.deep.equal(log.map((_, i) => i + 1));
        const keys = log
          .filter(({ type }) => type === "message")
          .map((entry) => `${entry.senderId} ${entry.clientMessageId}`);
        expect(new Set(keys).size, "nothing doubled").to.equal(keys.length);
        expect(keys.length, "nothing lost").to.equal(PEOPLE * MESSAGES);
        for (const { sender, clientMessageId, seq, hash } of acknowledged.filter((one) => one.room === room)) {
          const entry = log[seq - 1];
          expect([entry?.senderId, entry?.clientMessageId, entry?.hash]).to.deep.equal([sender, clientMessageId, hash]);
        }
        expect(await owner.verified(room)).to.equal(true);
        for (const follower of followers) {
          const shown = () => follower.shown.get(room) ?? [];
          await until(() => shown().length >= log.length, "a stream to catch up");
          expect(shown().map(({ hash }) => hash)).to.deep.equal(log.map(({ hash }) => hash));
        }
      }
      for (const follower of followers) follower.close();
      await server.stop();
    });
  }).timeout(120_000);
});
