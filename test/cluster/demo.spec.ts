import { join } from "node:path";
import { expect } from "chai";
import Type from "typebox";
import { Message } from "../../contract/conversation.ts";
import { Page } from "../../contract/scalars.ts";
import { Client } from "../support/client.ts";
import { type Environment, type Running, run, script, withServer } from "../support/server.ts";
import { workspace, writeArchive } from "../support/slack.ts";
import { withFolder } from "../support/with-broker.ts";
import { page } from "../unit/docs/pages.ts";

/** A line that the demo proposes, without what it says of it. */
const proposed = (demo: Running, beginning: string): string => {
  const lines = demo.output().split("\n");
  const [line = ""] = lines.filter((line) => line.trim().startsWith(beginning));
  return line.trim().replace(/ {2,}.*/, "");
};

/** What a shell does with a line. */
async function enter(line: string, environment: Environment): Promise<string> {
  const shell = run("bash -s", environment);
  shell.write(`${line}\nexit\n`);
  await shell.ended;
  return shell.output();
}

/** The texts of a conversation's messages, by whom. */
async function texts(reader: Client, id: string): Promise<string[]> {
  const { items } = await reader.ask(Page(Message), "GET", `/conversations/${id}/messages?limit=200`);
  return items.map(({ text = "" }) => text);
}

describe("npm run demo", () => {
  it("plays its day at a server of its own, what it proposes works, and a signal ends all of it", () =>
    withFolder(async (home) => {
      const demo = run(`${script("demo")} desk --speed 20000`, {
        WIREHOUSE: "http://127.0.0.1:9",
        WIREHOUSE_DATA: home,
      });
      try {
        await demo.wrote("That was all.");
        expect(demo.output())
          .to.include("68 of 68 played")
          .and.not.to.include("not played")
          .and.not.to.include("\u001b");
        const [, url = "", token = ""] = /WIREHOUSE=(\S+)\/v1 TOKEN=(\S+)/.exec(demo.output()) ?? [];
        const access = { WIREHOUSE: `${url}/v1`, TOKEN: token, XDG_STATE_HOME: join(home, "state") };
        const tail = run(
          `${proposed(demo, "npm run tail").replace("npm run tail --", script("tail"))} --from 0`,
          access,
        );
        await tail.wrote("Glad that we were flat");
        await tail.stop();
        // As the README shows it; who joins first is not the same each time, and neither are times and seqs.
        const [, sample = ""] = /'#fx-spot'\n```\n\n```text\n(.*?)●/s.exec(page("README.md")) ?? [];
        const unnumbered = (text: string) => text.replace(/^\d\d:\d\d +\d+ |(?<=↳ |on )\d+/gm, "");
        expect(sample).to.include("Price watch");
        for (const line of unnumbered(sample).trimEnd().split("\n")) expect(unnumbered(tail.output())).to.include(line);
        const [, id = ""] = /verify\.mjs (\S+)/.exec(demo.output()) ?? [];
        expect(await enter(proposed(demo, "node docs/verify.mjs"), access)).to.match(/^ok: \d+ entries/);
        expect(await enter(proposed(demo, "curl -sS -H"), access)).to.include('"snippet":"EURUSD');
        expect(await texts(new Client(url, token), id)).to.include("They take it at 44.");
        expect(await demo.stop()).to.deep.equal({ code: 0, signal: null });
        expect(await fetch(`${url}/livez`).catch(() => "gone")).to.equal("gone");
      } finally {
        await demo.kill();
      }
    })).timeout(120_000);

  it("plays an export at the server that runs, and there speaks in nobody else's name", () =>
    withFolder((home) =>
      withServer(async ({ url, token }) => {
        const admin = new Client(url, token);
        const ben = await admin.person("ben");
        const archive = writeArchive(join(home, "export"), workspace);
        const demo = run(`${script("demo")} ${archive} --speed 1000000`, { WIREHOUSE: url, TOKEN: token });
        expect(await demo.ended, demo.output()).to.deep.equal({ code: 0, signal: null });
        expect(demo.output()).to.include(`call importer.run --path ${archive}`);
        expect(demo.output()).to.match(/not played: There is another @ben here, ben/);
        const [, id = ""] = /verify\.mjs (\S+)/.exec(demo.output()) ?? [];
        expect(await texts(admin, id))
          .to.include("Hello @ben, see #random")
          .and.not.to.include("in a thread");
        const mine = await ben.ask(Type.Object({ items: Type.Array(Type.Unknown()) }), "GET", "/conversations");
        expect(mine.items).to.deep.equal([]);

        const refused = run(script("demo"), { WIREHOUSE: url });
        expect((await refused.ended).code).to.equal(1);
        expect(refused.output()).to.match(/needs an\nadministrator's token: TOKEN=wh_…/);
      }),
    )).timeout(120_000);
});
