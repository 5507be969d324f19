import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import Type from "typebox";
import Value from "typebox/value";
import { WebSocket } from "ws";
import { api } from "../../services/gateway/api.ts";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster, type Layout } from "../support/cluster.ts";
import { describeOnNats } from "../support/nats.ts";
import { until } from "../support/until.ts";

/** What must never be in a log. Short enough to be a name, an emoji, a topic. */
const marker = () => `zz${randomBytes(8).toString("hex")}`;

const logging = (format: string) => ({ WIREHOUSE_LOG: "trace", WIREHOUSE_LOG_FORMAT: format });
const layout: Layout = {
  persistence: { services: "directory,persistence", environment: logging("json") },
  "router-1": { services: "router", environment: logging("json") },
  "router-2": { services: "router", environment: logging("text") },
  others: { services: "presence,search", environment: logging("json") },
  gateway: { services: "gateway", environment: logging("json") },
};

/** Every call of the API with the marker wherever a client may write: well-formed, malformed, and with a bad token. */
async function throughRoutes(admin: Client, word: string): Promise<void> {
  const body = Object.fromEntries(
    ["text", "name", "handle", "purpose", "label", "to", "principal", "clientMessageId", "kind", word].map((field) => [
      field,
      word,
    ]),
  );
  const requests = api
    .flatMap(({ routes }) => routes)
    .flatMap(({ method, path }) => {
      const filled = `${admin.url}/v1${path.replace(/:\w+/g, word)}`;
      const about = { "content-type": "application/json" };
      const authorization = `Bearer ${ADMINISTRATOR}`;
      const write = method === "GET" || method === "DELETE" ? {} : { body: JSON.stringify(body) };
      return [
        [`${filled}?q=${word}&cursor=${word}`, { method, headers: { ...about, authorization }, ...write }] as const,
        [filled, { method, headers: { ...about, authorization: `Bearer wh_${word}` }, ...write }] as const,
        ...("body" in write
          ? [[filled, { method, headers: { ...about, authorization }, body: `{"text": "${word}` }] as const]
          : []),
      ];
    });
  for (const [url, request] of requests) await (await fetch(url, request)).body?.cancel();
}

/** What people really do, with the marker as all that they write. @returns what was not done */
async function throughUse(admin: Client, ana: Client & { id: string; handle: string }, word: string) {
  const refused: string[] = [];
  const use = async (who: Client, method: string, path: string, body?: object) => {
    const { status } = await who.request(method, path, body);
    if (status >= 300) refused.push(`${method} ${path}: ${status}`);
  };
  const room = await admin.room(ana.handle);
  const at = `/conversations/${room}`;
  const { seq } = await ana.send(room, `about ${word}`, word);
  await use(ana, "POST", "/messages", { to: room, text: word, data: { [word]: word }, replyTo: seq });
  await ana.request("POST", "/messages", { to: room, text: "another", clientMessageId: word });
  await use(ana, "PATCH", `${at}/messages/${seq}`, { text: `now ${word}` });
  await use(ana, "PUT", `${at}/messages/${seq}/reactions/${word}`);
  await use(admin, "PATCH", at, { purpose: word, name: word });
  await use(admin, "POST", `/principals/${ana.handle}/tokens`, { label: word });
  await use(admin, "POST", "/conversations", { kind: "channel", name: word, purpose: word });
  await use(admin, "PUT", `/groups/${word}`, { members: [`@${ana.handle}`] });
  await use(admin, "POST", "/bindings", { pattern: `${word}.>`, conversationId: room });
  await use(admin, "PATCH", `/principals/${ana.handle}`, { publish: [`${word}.>`] });
  await use(ana, "POST", "/messages", { to: `topic:${word}.${word}`, text: word });
  await use(ana, "DELETE", `${at}/messages/${seq}?reason=${word}`);
  await use(ana, "GET", `/search?q=${word}`);
  await use(ana, "PUT", "/presence", { status: "away", text: word });
  await admin.request("POST", `${at}/verify`, { anchors: [{ seq: 1, hash: word }] });
  return { room, refused };
}

/** Until it is found, and told on a stream of events. */
async function throughReaders(ana: Client, room: string, word: string): Promise<void> {
  const headers = { authorization: `Bearer ${ana.token}` };
  const { body } = await fetch(`${ana.url}/v1/conversations/${room}/stream?after=0`, { headers });
  const events = body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let told = ""; !told.includes(word); ) told += (await events?.read())?.value ?? "";
  await events?.cancel();
  const found = Type.Object({ items: Type.Array(Type.Unknown()) });
  await until(async () => (await ana.ask(found, "GET", `/search?q=${word}`)).items.length > 0, "it to be found");
}

/** Frames with the marker: sends, and all that is malformed. */
async function throughFrames(client: Client, room: string, word: string): Promise<void> {
  const hello = { type: "hello", token: client.token };
  const send = { type: "send", ref: word, to: room, text: word };
  const talks = [
    [
      hello,
      send,
      { ...send, to: `#${word}` },
      { ...send, to: `topic:${word}` },
      { type: "presence", status: "dnd", text: word },
    ],
    [hello, { ...send, text: 7, [word]: word }],
    [hello, { type: word }],
    [hello, `{"${word}`],
    [{ type: "hello", token: `wh_${word}` }],
  ];
  for (const talk of talks) {
    const socket = new WebSocket(`${client.url.replace("http", "ws")}/v1/stream`, { perMessageDeflate: false });
    let frames = 0;
    socket.on("message", () => frames++);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("open", resolve));
    for (const frame of talk) socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    await Promise.race([closed, until(() => frames >= 4, "its answers").catch(() => {})]);
    socket.close();
  }
}

const Line = Type.Object({
  time: Type.String({ pattern: "^\\d{4}-.*Z$" }),
  level: Type.String(),
  mod: Type.String(),
  nodeID: Type.String(),
  msg: Type.String(),
  requestId: Type.Optional(Type.String()),
});

describeOnNats("logs of all processes, at their most talkative", () => {
  it("never hold what people write, a token or a password: through every route, frame and failure", async () => {
    await Cluster.with(layout, async (cluster) => {
      const word = marker();
      const { url } = cluster.gateways[0] ?? { url: "" };
      const admin = new Client(url, ADMINISTRATOR);
      const ana = await admin.person("ana");
      await throughRoutes(admin, word);
      const { room, refused } = await throughUse(admin, ana, word);
      expect(refused, "what people do is done").to.deep.equal([]);
      await throughReaders(ana, room, word);
      await throughFrames(ana, room, word);

      // Failures: a node that is gone in the middle of sends, a connection that is cut, a database that is gone.
      const [router] = cluster.running("router");
      const sends = Array.from({ length: 200 }, (_, n) => ana.send(room, word, `${word}-${n}`).catch(() => {}));
      const lines = [router?.output() ?? ""];
      await router?.kill();
      await Promise.all(sends);
      for (const node of cluster.running("persistence")) {
        node.proxy.cut();
        await Promise.all([
          ana.send(room, word, `${word}-cut`).catch(() => {}),
          throughUse(admin, ana, word).catch(() => {}),
        ]);
        node.proxy.heal();
        lines.push(node.output());
        await node.kill();
        await ana.send(room, word, `${word}-gone`).catch(() => {});
      }
      await pause(0);

      const outputs = [...lines, ...cluster.nodes.map((node) => node.output())].filter((text) => text !== "");
      expect(outputs.length).to.be.at.least(5);
      const secrets = { word, administrator: ADMINISTRATOR, token: ana.token };
      for (const [name, secret] of Object.entries(secrets)) {
        const found = outputs.flatMap((text) => text.split("\n").filter((line) => line.includes(secret)));
        expect(found.slice(0, 3), name).to.deep.equal([]);
      }

      const parsed = outputs
        .filter((text) => text.startsWith("{"))
        .flatMap((text) =>
          text
            .trim()
            .split("\n")
            .map((line) => Value.Parse(Line, JSON.parse(line))),
        );
      expect(parsed.length, "they are talkative").to.be.above(1000);
      const nodes = Map.groupBy(parsed, ({ requestId }) => requestId ?? "");
      nodes.delete("");
      const spread = [...nodes.values()].filter((some) => new Set(some.map(({ nodeID }) => nodeID)).size > 1);
      expect(spread.length, "a request's lines on several nodes have its id").to.be.above(5);
    });
  });
});
