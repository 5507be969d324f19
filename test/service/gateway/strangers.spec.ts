import Database from "better-sqlite3";
import { expect } from "chai";
import type { clientFrames } from "../../../contract/frames.ts";
import { until } from "../../support/until.ts";
import { Documented } from "./documented.ts";
import { type Client, type Edge, withEdge } from "./edge.ts";
import { type Asked, filled, goodOnes, lively, NOWHERE } from "./good-requests.ts";

/** Words that are nowhere but in what is hidden. */
const SECRETS = ["an answer", "hello, @bob", "rates"];
/** What is known of it lies in these tables; what is held of the directory is read anew now and then. */
const LOGS = /\b(conversations|entries|members|mentions|bindings)\b/;

const TRIES = 4;

/** Every statement that this thread prepares: knex prepares one for each question. */
class Statements {
  readonly #prepare = Database.prototype.prepare;
  #heard: string[] = [];

  constructor() {
    const hear = (source: unknown) => {
      if (LOGS.test(String(source))) this.#heard.push(String(source));
    };
    Database.prototype.prepare = new Proxy(this.#prepare, {
      apply(prepare, database, [source]) {
        hear(source);
        return Reflect.apply(prepare, database, [source]);
      },
    });
  }

  /** Those that this work takes, by several tries: search reads what has just been written beside some of them. */
  async fewest<T>(work: () => Promise<T>): Promise<[T, string[]]> {
    let fewest: string[] | undefined;
    for (let attempt = 1; ; attempt++) {
      this.#heard = [];
      const done = await work();
      if (!fewest || this.#heard.length < fewest.length) fewest = this.#heard;
      if (attempt === TRIES) return [done, fewest];
    }
  }

  close(): void {
    Database.prototype.prepare = this.#prepare;
  }
}

type Hidden = Awaited<ReturnType<typeof lively>>;

/** The same request for what does not exist. */
function elsewhere(asked: Asked, { id, binding, group }: Hidden, { handle }: Client): Asked {
  const text = JSON.stringify(asked)
    .replaceAll(id, NOWHERE)
    .replaceAll(binding, NOWHERE)
    // Of a group's conversation administrators may know.
    .replaceAll(handle === "eve" ? group : NOWHERE, NOWHERE)
    .replaceAll(/(#|%23)rates/g, "$1nowhere")
    .replaceAll("topic:rates", "topic:nowhere");
  return JSON.parse(text);
}

type Answer = { status: number; headers: [string, string][]; text: string };

async function ask(
  { url, token }: Client,
  method: string,
  path: string,
  { query = "", body, path: values }: Asked,
): Promise<Answer> {
  const response = await fetch(`${url}${filled(path, values)}${query}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const headers = [...response.headers].filter(([name]) => name !== "date" && name !== "x-request-id");
  return { status: response.status, headers, text: await response.text() };
}

/** Two who may not know of it: one like all, and one who runs the system. */
async function strangers({ admin, person }: Edge): Promise<Client[]> {
  const [eve, adam] = [await person("eve"), await person("adam")];
  await admin.patch("/v1/principals/adam", { role: "admin" });
  return [eve, adam];
}

describe("G5 a stranger, an administrator too", () => {
  it("gets by every call the same words, status and headers, by the same statements, as for what does not exist", () =>
    withEdge(async (edge) => {
      const hidden = await lively(edge, { private: true });
      const good = goodOnes(hidden);
      const documented = new Documented(await (await fetch(`${edge.url}/openapi.json`)).text());
      const statements = new Statements();
      const attacked: string[] = [];
      let counted = 0;
      try {
        for (const stranger of await strangers(edge)) {
          for (const { operationId, method, path } of documented.operations) {
            for (const asked of good[operationId] ?? []) {
              const other = elsewhere(asked, hidden, stranger);
              if (JSON.stringify(other) === JSON.stringify(asked)) continue;
              attacked.push(operationId);
              const about = `${stranger.handle} ${operationId} ${JSON.stringify(asked)}`;
              // Once before, so that both actors are there.
              for (const one of [asked, other]) await ask(stranger, method, path, one);
              const [there, reads] = await statements.fewest(() => ask(stranger, method, path, asked));
              const [nowhere, others] = await statements.fewest(() => ask(stranger, method, path, other));
              expect(there.status, about).to.be.within(400, 404);
              expect(there, about).to.deep.equal(nowhere);
              expect(reads, about).to.deep.equal(others);
              counted += reads.length;
            }
          }
        }
      } finally {
        statements.close();
      }
      expect(counted, "statements are seen at all").to.be.greaterThan(20);
      // What names a conversation in its path is among them: a new call can't be forgotten.
      const named = documented.operations.filter(({ path }) => path.startsWith("/v1/conversations/{id}"));
      expect(attacked).to.include.members(named.map(({ operationId }) => operationId));
      expect(attacked).to.include.members(["sendMessage", "bind", "unbind"]);
    })).timeout(60_000);

  it("finds nothing of it in any list", () =>
    withEdge(async (edge) => {
      const hidden = await lively(edge, { private: true });
      for (const stranger of await strangers(edge)) {
        for (const path of [
          "/v1/conversations",
          "/v1/channels",
          "/v1/channels?q=rat",
          "/v1/bindings",
          "/v1/principals",
        ]) {
          const { body } = await stranger.get(path);
          const text = JSON.stringify(body);
          for (const secret of [hidden.id, ...SECRETS]) expect(text, path).not.to.include(secret);
        }
      }
    }));

  it("hears on the stream what he would of nothing, whatever frame he says", () =>
    withEdge(async (edge) => {
      const { id } = await lively(edge, { private: true });
      const frames: Record<keyof typeof clientFrames, (conversationId: string, name: string) => object[]> = {
        send: (conversationId, name) =>
          [conversationId, `#${name}`].map((to) => ({
            type: "send",
            ref: "r",
            to,
            text: "hello",
            clientMessageId: "first",
          })),
        read: (conversationId) => [{ type: "read", conversationId, seq: 3 }],
        typing: (conversationId) => [{ type: "typing", conversationId }],
        presence: () => [],
        watch: () => [],
      };
      const [eve] = await strangers(edge);
      if (!eve) throw new Error("nobody");
      const member = await edge.admin.stream();
      const said = async (conversationId: string, name: string) => {
        const stream = await eve.stream({ [conversationId]: 0 });
        for (const frame of Object.values(frames).flatMap((make) => make(conversationId, name)))
          await stream.say(frame);
        await stream.say({ type: "send", ref: "last", to: "@nobody", text: "the end" });
        await until(() => stream.types().filter((type) => type === "refused").length === 3, "all answers");
        stream.socket.terminate();
        return stream.frames.filter(({ type }) => type !== "ready").map((frame) => JSON.stringify(frame));
      };
      // In whatever order: each conversation's sends are answered by themselves.
      expect(await said(id, "rates")).to.have.members(await said(NOWHERE, "nowhere"));
      expect(member.types()).not.to.include("typing");
    }));

  it("can take a hidden name, learns of no member by mentioning him, and who has left is a stranger to his own keys", () =>
    withEdge(async (edge) => {
      const { admin, person } = edge;
      const { id } = await lively(edge, { private: true });
      const [eve] = await strangers(edge);
      if (!eve) throw new Error("nobody");
      for (const closed of [true, false]) {
        const made = await eve.post("/v1/conversations", {
          kind: "channel",
          name: closed ? "rates" : "fx",
          private: closed,
        });
        expect(made.status).to.equal(201);
      }
      const own = await eve.send("#rates", "@bob @nobody @cleo");
      expect(own.status, "no longer ambiguous than for who knows nothing").to.equal(201);
      const { body: message } = await eve.get(`/v1/conversations/${own.body.conversationId}/messages/${own.body.seq}`);
      expect(message.mentions).to.deep.equal([]);

      const dora = await person("dora");
      await admin.post(`/v1/conversations/${id}/members`, { principal: "@dora" });
      const sent = await dora.send(id, "mine", { clientMessageId: "mine" });
      expect(sent.status).to.equal(201);
      await dora.delete(`/v1/conversations/${id}/members/dora`);
      const nowhere = await dora.send(NOWHERE, "mine", { clientMessageId: "mine" });
      for (const text of ["mine", "other words"]) {
        const again = await dora.send(id, text, { clientMessageId: "mine" });
        expect([again.status, again.body], text).to.deep.equal([nowhere.status, nowhere.body]);
      }
    }));
});
