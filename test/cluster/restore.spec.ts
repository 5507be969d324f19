import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster } from "../support/cluster.ts";
import { describeOnNats } from "../support/nats.ts";
import { describeOnPostgres, withPostgres } from "../support/postgres.ts";
import { until } from "../support/until.ts";
import { onServer } from "./chaos/layouts.ts";

/** Milliseconds in which each gateway compares all who are online with the log, and some more. */
const AUDITED = 60_000;

/** With owners, which Node does not copy. */
const copyWhole = (from: string, to: string) => execFileSync("cp", ["-a", from, to]);

/** A stream as it is, without a client's wish to come back. */
function stream({ url, token }: Client, cursors: Record<string, number>) {
  const seen = { seqs: [] as number[], closed: undefined as number | undefined, ready: false };
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/stream`);
  socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token, cursors }));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data));
    if (frame.type === "ready") seen.ready = true;
    if (frame.type === "entries") for (const { seq } of frame.entries) seen.seqs.push(seq);
  };
  socket.onclose = ({ code }) => {
    seen.closed = code;
  };
  return Object.assign(seen, { end: () => socket.close() });
}

describeOnNats("a database that is restored under running nodes", () => {
  describeOnPostgres("PostgreSQL, from a copy of its files", () => {
    it("sends those away with 1012 who were shown more than there is, and says so; then all goes on from what there is", () =>
      withPostgres(({ url, server }) =>
        Cluster.with(onServer(url), async (cluster) => {
          const [gateway] = cluster.gateways;
          if (!gateway) throw new Error("a cluster without a gateway");
          const ana = await new Client(gateway.url, ADMINISTRATOR).person("ana");
          const room = await ana.room();
          const data = join(server.folder, "data");
          const copy = join(server.folder, "copy");

          for (const text of ["one", "two"]) await ana.send(room, text, text);
          await server.stop("SIGINT");
          copyWhole(data, copy);
          await server.start();
          await cluster.ready();
          const sent = (text: string) =>
            until(() => ana.send(room, text, text).catch(() => undefined), `${text} to be taken`);
          await sent("three");
          const anchor = await sent("four");
          const watching = stream(ana, { [room]: 0 });
          await until(() => watching.seqs.length === 6, "all to be shown");

          await server.stop("SIGINT");
          rmSync(data, { recursive: true });
          copyWhole(copy, data);
          await server.start();
          expect(await until(() => watching.closed, "the end of the stream", AUDITED)).to.equal(1012);
          expect(gateway.output()).to.include(`The log of ${room} is not the one that was shown`);

          await cluster.ready();
          const again = stream(ana, { [room]: 6 });
          await until(() => again.ready, "the stream to be back");
          expect((await sent("five"))?.seq).to.equal(5);
          await until(() => again.seqs.length === 1, "what is sent from now on");
          again.end();
          expect(await ana.verified(room)).to.equal(true);
          const { body } = await ana.request("POST", `/conversations/${room}/verify`, {
            anchors: [{ seq: anchor?.seq, hash: anchor?.hash }],
          });
          expect(body, "an anchor of what was lost betrays it").to.deep.equal({ ok: false, seq: 6, reason: "anchor" });
        }),
      )).timeout(180_000);
  });
});
