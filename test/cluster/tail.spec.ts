import { join } from "node:path";
import { expect } from "chai";
import { Client } from "../support/client.ts";
import { freePort } from "../support/free-port.ts";
import { run, type Server, script, startServer } from "../support/server.ts";
import { withFolder } from "../support/with-broker.ts";

const ADMIN = `wh_${"t".repeat(40)}`;

/** Lines of messages, without their times. */
const said = (output: string): string[] =>
  output
    .split("\n")
    .filter((line) => /^\d\d:\d\d/.test(line))
    .map((line) => line.slice(6).trim());

describe("npm run tail", () => {
  it("G4 misses nothing and shows nothing twice, over restarts of the server and of itself; plain where no terminal is", () =>
    withFolder(async (home) => {
      const port = String(await freePort());
      const start = () => startServer(join(home, "data"), { PORT: port, WIREHOUSE_ADMIN_TOKEN: ADMIN });
      let server: Server = await start();
      const access = { WIREHOUSE: `${server.url}/v1`, TOKEN: ADMIN, XDG_STATE_HOME: join(home, "state") };
      const tail = (options = "") => run(`${script("tail")} '#general' ${options}`, access);
      const admin = new Client(server.url, ADMIN);
      try {
        await admin.request("POST", "/conversations", { kind: "channel", name: "general" });
        await admin.send("#general", "one", "1");
        const first = tail();
        await first.wrote("one");
        await server.stop();
        await first.wrote("the connection is lost");
        server = await start();
        await admin.send("#general", "two", "2");
        await first.wrote("two");
        expect(await first.stop()).to.deep.equal({ code: 0, signal: null });
        await admin.send("#general", "three", "3");
        const second = tail();
        await second.wrote("three");
        expect(await second.stop()).to.deep.equal({ code: 0, signal: null });
        const third = tail("--from 3");
        await third.wrote("three");
        await third.stop();

        const line = (seq: number, text: string) => `${seq} Administrator @admin  ${text}`;
        const all = ["made this channel", "joined", "one", "two", "three"].map((text, index) => line(index + 1, text));
        expect(said(first.output())).to.deep.equal(all.slice(0, 4));
        expect(said(second.output())).to.deep.equal(all.slice(4));
        expect(said(third.output())).to.deep.equal(all.slice(3));
        expect(first.output() + second.output()).not.to.include("\u001b");
      } finally {
        await server.stop();
      }
    })).timeout(120_000);

  it("says in a sentence what is wrong", () =>
    withFolder(async (home) => {
      const server = await startServer(join(home, "data"), { WIREHOUSE_ADMIN_TOKEN: ADMIN });
      const told = async (given: string, access: Record<string, string>) => {
        const tail = run(`${script("tail")} ${given}`, { WIREHOUSE: server.url, ...access });
        return { code: (await tail.ended).code, output: tail.output() };
      };
      try {
        const { code, output } = await told("'#nowhere'", { TOKEN: ADMIN });
        expect({ code, output: output.split("\n")[0] }).to.deep.equal({
          code: 1,
          output: "There is no #nowhere among your conversations. To join a channel:",
        });
        const refused = await told("'#nowhere'", { TOKEN: "wh_wrong" });
        expect(refused.output).to.equal("The server doesn't take the token: it is wrong, revoked or has expired.\n");
        expect((await told("'#nowhere'", {})).output).to.match(/^TOKEN is missing/);
        expect((await told("", { TOKEN: ADMIN })).output).to.match(/^Usage: npm run tail/);
        expect((await told("x", { TOKEN: ADMIN, WIREHOUSE: "nonsense" })).output).to.match(/^WIREHOUSE must be http/);
      } finally {
        await server.stop();
      }
    })).timeout(120_000);
});
