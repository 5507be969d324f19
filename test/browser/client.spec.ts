import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect } from "chai";
import { withEdge } from "../service/gateway/edge.ts";
import { describeInChromium, withPage } from "../support/chromium.ts";
import { listen } from "../support/listen.ts";
import { root } from "../support/server.ts";
import { until } from "../support/until.ts";
import { withFolder } from "../support/with-broker.ts";

/** What the page does, in its own words: it says over HTTP what it was told, and does as it is answered. */
const script = (url: string, token: string, room: string) => `
  import { Wirehouse } from "/client/wirehouse.js";
  const say = (event, detail) => fetch("/said", { method: "POST", body: JSON.stringify([event, detail]) });
  const shown = Promise.withResolvers();
  const begin = (cursors) => new Wirehouse({
    url: ${JSON.stringify(url)},
    token: ${JSON.stringify(token)},
    cursors,
    on: {
      ready: ({ heads }) => say("ready", heads),
      entries({ entries }) {
        say("entries", entries.map(({ seq, body }) => [seq, body?.text]));
        shown.resolve();
      },
      closed: ({ code }) => say("closed", code),
    },
  });
  addEventListener("unhandledrejection", ({ reason }) => say("failed", String(reason)));
  const first = begin();
  const { seq } = await first.send(${JSON.stringify(room)}, "from a browser \\u{1F99C}");
  await say("stored", seq);
  await shown.promise;
  const { cursors } = first;
  first.close();
  await say("left", cursors);
  await (await fetch("/go on")).text();
  begin(cursors);
`;

/** Serves the library as it is published, and the page; hears what the page says. */
async function withSite(page: () => string, use: (site: string, said: unknown[], goOn: () => void) => Promise<void>) {
  await withFolder(async (folder) => {
    const compiler = join(root, "node_modules/.bin/tsc");
    execFileSync(compiler, ["-p", join(root, "client"), "--outDir", folder]);
    const said: unknown[] = [];
    const waiting = Promise.withResolvers<void>();
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url ?? "", "http://site");
      if (pathname === "/said") {
        said.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
        response.end();
      } else if (pathname === "/go%20on") {
        await waiting.promise;
        response.end();
      } else if (pathname.endsWith(".js")) {
        response.setHeader("Content-Type", "text/javascript");
        response.end(readFileSync(join(folder, pathname)));
      } else {
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        response.end(`<!doctype html><script type="module">${page()}</script>`);
      }
    });
    try {
      await use(`http://127.0.0.1:${await listen(server)}/`, said, waiting.resolve);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}

describeInChromium("the client library in a browser", () => {
  it("connects, sends, and goes on where it was, by the platform alone", () =>
    withEdge(async ({ url, person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const room = await ana.room(bob);
      await withSite(
        () => script(url, ana.token, room),
        (site, said, goOn) =>
          withPage(site, async () => {
            await until(() => said.length === 4, "the page to send", 30_000);
            expect(said).to.have.deep.members([
              ["ready", { [room]: 3 }],
              ["entries", [[4, "from a browser \u{1F99C}"]]],
              ["stored", 4],
              ["left", { [room]: 4 }],
            ]);
            await bob.send(room, "while it was away");
            goOn();
            await until(() => said.length === 6, "the page to be told what came meanwhile");
            expect(said.slice(4)).to.deep.equal([
              ["ready", { [room]: 5 }],
              ["entries", [[5, "while it was away"]]],
            ]);
          }),
      );
    })).timeout(60_000);
});
