import { join } from "node:path";
import { expect } from "chai";
import { type Environment, type Running, root, run, type Server, startServer } from "../support/server.ts";
import { workspace, writeArchive } from "../support/slack.ts";
import { withTerminal } from "../support/terminal.ts";
import { withFolder } from "../support/with-broker.ts";
import { page } from "../unit/docs/pages.ts";

/** What documents show is what happens: their blocks are run, and what they print is what is written there. */

type Block = { language: string; text: string };

/** The fenced blocks of a page, from one heading to the next one named. */
function blocks(path: string, from: string, to: string): Block[] {
  const text = page(path);
  const part = text.slice(text.indexOf(from), to === "" ? undefined : text.indexOf(to));
  return [...part.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => ({
    language,
    text: code,
  }));
}

/** Lines as they are shown, one after the other; `…` stands for anything. */
const shown = (lines: string[]): RegExp =>
  new RegExp(lines.map((line) => line.split("…").map(RegExp.escape).join(".*?")).join("[^]*?"));

/** A shell in a folder that does what a reader does. */
class Reader {
  readonly #shell: Running;
  #done = 0;

  constructor(folder: string, environment: Environment) {
    this.#shell = run("bash", { PS1: "", ...environment });
    // What it has started in the background ends with it.
    this.#shell.write(`cd ${folder}\ntrap 'kill $(jobs -p)' EXIT\n`);
  }

  /** Enters a block and waits for its end. @returns what it printed */
  async enter(text: string): Promise<string> {
    const from = this.#shell.output().length;
    const mark = `end of block ${++this.#done}`;
    this.#shell.write(`${text}\necho "${mark}"\n`);
    await this.#shell.wrote(mark, from);
    return this.#shell.output().slice(from);
  }

  saw(lines: RegExp): Promise<string> {
    return this.#shell.wrote(lines);
  }

  close(): Promise<unknown> {
    return this.#shell.stop();
  }
}

/** Goes through a page's blocks at a server: shell lines are entered, texts waited for. */
async function follow(reader: Reader, { url, token }: Server, all: Block[]): Promise<void> {
  for (const { language, text } of all) {
    if (language === "text") await reader.saw(shown(text.trimEnd().split("\n")));
    else {
      const here = text.replaceAll("http://127.0.0.1:3000", url).replaceAll("wh_…", token);
      const expected = [...here.matchAll(/^# → (.+)$/gm)].map(([, line = ""]) => line);
      expect(await reader.enter(here)).to.match(shown(expected));
    }
  }
}

describe("The documents", () => {
  it("docs/tour.md, docs/operators.md and the README's import do what they say, and tampering shows", () =>
    withFolder(async (home) => {
      const data = join(home, "data");
      const tour = (from: string, to: string) => blocks("docs/tour.md", from, to);
      const reader = new Reader(root, { XDG_STATE_HOME: home });
      const whileRunning = async (use: (server: Server) => Promise<void>) => {
        const server = await startServer(data);
        try {
          await use(server);
        } finally {
          await server.stop();
        }
      };
      // A reader's server has one port; ours gets another one each time.
      const at = ({ url }: Server) => reader.enter(`export WIREHOUSE=${url}/v1`);
      const stopped = ({ text }: Block = { language: "", text: "false" }) =>
        reader.enter(text.replaceAll("data/wirehouse.db", join(data, "wirehouse.db")));
      try {
        await whileRunning(async (server) => {
          const steps = tour("## Start it", "## Tamper with it");
          expect(steps).to.have.length.greaterThan(10);
          await follow(reader, server, steps);
        });
        const [reword, look, back, ...more] = tour("## Tamper with it", "## From here");
        expect(more).to.deep.equal([]);
        await stopped(reword);
        await whileRunning(async (server) => {
          await at(server);
          await follow(reader, server, look ? [look] : []);
        });
        await stopped(back);
      } finally {
        await reader.close();
      }

      const [start, session] = blocks("docs/operators.md", "# The console", "");
      expect(start?.text).to.equal("npm start -- --repl\n");
      await withTerminal(home, async ({ type }) => {
        for (const part of (session?.text ?? "").split("wirehouse $ ").slice(1)) {
          const [line = "", ...answer] = part.trimEnd().split("\n");
          await type(line, shown(answer));
        }
      });

      const [command, summary] = blocks("README.md", "## Import", "## Benchmark");
      const archive = writeArchive(join(home, "export"), workspace);
      const importing = run(command?.text.replace("path/to/slack-export.zip", archive) ?? "", { WIREHOUSE_DATA: data });
      expect(await importing.ended).to.deep.equal({ code: 0, signal: null });
      expect(importing.output()).to.match(shown((summary?.text ?? "nothing").trimEnd().split("\n")));
    })).timeout(120_000);

  it("docs/verify.mjs: a verifier that knows the contract alone agrees with ours, and finds what an anchor betrays", () =>
    withFolder(async (folder) => {
      const server = await startServer(join(folder, "data"), { WIREHOUSE_RATE: "0" });
      try {
        const headers = { authorization: `Bearer ${server.token}`, "content-type": "application/json" };
        const post = async (path: string, body: object) => {
          const response = await fetch(`${server.url}/v1${path}`, {
            method: "POST",
            headers,
            body: JSON.stringify(body),
          });
          return JSON.parse(await response.text());
        };
        const { id } = await post("/conversations", { kind: "room", name: "Zimmer – 東京 🗼" });
        for (let n = 1; n <= 250; n++) {
          await post("/messages", {
            to: id,
            text: `no. ${n} "é" \u2028 \u0007`,
            data: { z: 1e21, "10": [-0, 0.1, n], é: null },
          });
        }
        const { entries, head } = await post(`/conversations/${id}/verify`, {});
        const verify = async (anchor: string) => {
          const access = { WIREHOUSE: `${server.url}/v1`, TOKEN: server.token };
          const verifying = run(`node docs/verify.mjs ${id} ${anchor}`, access);
          return { code: (await verifying.ended).code, output: verifying.output() };
        };
        const verdict = { code: 0, output: `ok: ${entries} entries, head ${head.seq} ${head.hash}\n` };
        expect(entries).to.equal(252);
        expect(await verify(`${head.seq}:${head.hash}`)).to.deep.equal(verdict);
        const forged = { code: 1, output: "NOT ok: anchor at seq 7\n" };
        expect(await verify(`7:${head.hash}`)).to.deep.equal(forged);
        for (const mistyped of ["7", `07:${head.hash}`, `7:${head.hash}0`]) {
          expect(await verify(mistyped), mistyped).to.have.property("code", 2);
        }
      } finally {
        await server.stop();
      }
    }));
});
