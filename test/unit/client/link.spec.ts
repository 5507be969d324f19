import { expect } from "chai";
import { type Closed, Link, type Token } from "../../../client/link.ts";
import { until } from "../../support/until.ts";
import { ScriptedServer } from "./scripted-server.ts";

/** A link whose looks are quick, and how its connections ended. */
async function withLink(
  servers: readonly Pick<ScriptedServer, "url">[],
  use: (link: Link, ends: Closed[], waiting: { is: boolean }) => Promise<void>,
  token: Token = "t",
): Promise<void> {
  const ends: Closed[] = [];
  const waiting = { is: false };
  const link = new Link({
    urls: servers.map(({ url }) => url),
    token,
    hello: (current) => JSON.stringify({ type: "hello", token: current }),
    frame: () => {},
    closed: (event) => ends.push(event),
    looked: () => {},
    isWaiting: () => waiting.is,
    look: 5,
  });
  try {
    await use(link, ends, waiting);
  } finally {
    link.stop();
  }
}

describe("the client's link", () => {
  it("comes back whenever it is told to, or the connection breaks", () =>
    ScriptedServer.with(async (server) =>
      withLink([server], async (_link, ends) => {
        for (const [index, code] of [1001, 1009, 1012, 1006].entries()) {
          const visit = await server.visit(index);
          await visit.greet();
          if (code === 1006) visit.socket.terminate();
          else visit.socket.close(code);
          await until(() => ends.length === index + 1, "the end");
          expect(ends[index]?.code).to.equal(code);
          expect(ends[index]?.again).to.be.within(0, 200 * 2 ** index);
        }
        await (await server.visit(4)).greet();
      }),
    ));

  it("goes to the next of its gateways each time, also where one is not there", () =>
    ScriptedServer.with(
      async (one, two) =>
        withLink([one, { url: "http://127.0.0.1:1" }, two], async (_link, ends) => {
          const visits = () => one.visits.length + two.visits.length;
          for (let turn = 1; turn <= 4; turn++) {
            await until(() => visits() === turn, "a connection");
            const here = one.visits.at(-1)?.closed === false ? one : two;
            here.visits.at(-1)?.socket.close(1012);
            await until(() => here.visits.at(-1)?.closed);
          }
          expect([one.visits.length, two.visits.length]).to.deep.equal([2, 2]);
          expect(ends.some(({ code }) => code === 1006)).to.equal(true);
        }),
      2,
    ));

  it("stops where coming back makes no sense, and tells why", () =>
    ScriptedServer.with(async (server) => {
      for (const [index, code] of [4400, 4401, 4408].entries())
        await withLink([server], async (_link, ends) => {
          (await server.visit(index)).socket.close(code);
          await until(() => ends.length === 1, "the end");
          expect(ends).to.deep.equal([{ code, again: undefined }]);
        });
    }));

  it("comes back much later where there were too many", () =>
    ScriptedServer.with(async (server) =>
      withLink([server], async (_link, ends) => {
        (await server.visit(0)).socket.close(4429);
        await until(() => ends.length === 1, "the end");
        expect(ends[0]?.again).to.be.within(15_000, 45_000);
      }),
    ));

  it("asks for another token where one was refused, and stops at the same again", () => {
    const tokens = ["old", "new", "new"];
    return ScriptedServer.with(async (server) =>
      withLink(
        [server],
        async (_link, ends) => {
          for (const [index, token] of ["old", "new", "new"].entries()) {
            const visit = await server.visit(index);
            expect((await visit.greet()).token).to.equal(token);
            visit.socket.close(4401);
          }
          await until(() => ends.length === 3, "the end");
          expect(ends.map(({ again }) => again === undefined)).to.deep.equal([false, false, true]);
        },
        async () => tokens.shift() ?? "none",
      ),
    );
  });

  it("leaves a server that has fallen silent, and no other: it asks, and any answer is one", () =>
    ScriptedServer.with(async (server) =>
      withLink([server], async (_link, ends, waiting) => {
        const lively = await server.visit(0);
        await lively.greet();
        lively.socket.on("message", (data) => {
          const { ref, type } = JSON.parse(data.toString());
          const problem = { type: "", title: "", status: 400, detail: "" };
          if (type === "send") lively.tell({ type: "refused", ref, problem });
        });
        await lively.heard("send", 3);
        expect(ends).to.deep.equal([]);
        lively.socket.removeAllListeners("message");
        await until(() => ends.length === 1, "the silent one to be left");
        expect(ends[0]?.code).to.equal(1006);
        const next = await server.visit(1);
        await next.greet();
        waiting.is = true;
        await until(() => ends.length === 2, "the one that owes an answer to be left");
      }),
    ));

  it("has one connection, also where a token comes after it was given up and asked for anew", () => {
    const { promise: late, resolve: give } = Promise.withResolvers<string>();
    const tokens = [late, Promise.resolve("new")];
    return ScriptedServer.with(async (server) =>
      withLink(
        [server],
        async () => {
          const visit = await server.visit(0);
          await visit.heard("hello");
          give("old");
          // Another connection would have come by the time at which this one is given up.
          await server.visit(1);
          const said = server.visits.flatMap(({ frames }) => frames);
          expect(said.filter((frame) => "token" in frame && frame.token === "old")).to.deep.equal([]);
        },
        () => tokens.shift() ?? "none",
      ),
    );
  });

  it("tells that there is no connection where the page may not make one, and tries again", () =>
    ScriptedServer.with(async (server) => {
      const { WebSocket } = globalThis;
      class Forbidden {
        constructor() {
          throw new DOMException("mixed content", "SecurityError");
        }
      }
      Object.assign(globalThis, { WebSocket: Forbidden });
      await withLink([server], async (_link, ends) => {
        try {
          // At once, not when it is given up for its silence.
          await new Promise((resolve) => setImmediate(resolve));
          expect(ends.map(({ code }) => code)).to.deep.equal([1006]);
        } finally {
          Object.assign(globalThis, { WebSocket });
        }
        await (await server.visit(0)).greet();
      });
    }));

  it("leaves a server that does not greet", () =>
    ScriptedServer.with(async (server) =>
      withLink([server], async (_link, ends) => {
        await server.visit(1);
        expect(ends[0]?.code).to.equal(1006);
      }),
    ));
});
