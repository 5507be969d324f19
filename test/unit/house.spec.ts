import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { expect } from "chai";
import { root } from "../support/server.ts";

/** Lines of a file: past it, it has more than one reason to exist. */
const CEILING = 200;
/** Lines of a test's file: examples stand beside each other. */
const TEST_CEILING = 300;
/** Files above the ceiling, with the reason. */
const tall: Record<string, { lines: number; reason: string }> = {
  "config.ts": { lines: 300, reason: "a table of variables, each with what it must be and what it is for" },
  "contract/actions.ts": { lines: 400, reason: "a table without logic: a service's actions side by side" },
  "services/gateway/stream/audience.ts": { lines: 300, reason: "one invariant: who is live is at the head, exactly" },
  "mixins/actor/activation.ts": { lines: 240, reason: "one life: its states, its one transition and its turn" },
};

/** Programs of their own, which start a broker as the runner does. */
const programs = ["services/importer/cli.ts", "repl/cli.ts"];

/** Files besides `config.ts` that touch the environment, with the reason. */
const environment: Record<string, string> = {
  "moleculer.config.ts": "hides from Moleculer's runner what is not meant for it",
  "cluster/cli.ts": "hands its own on to the processes it starts",
  "bench/stored.ts": "hands its own on to the processes it starts",
  "terminal/demo/server.ts": "hands its own on to the processes it starts",
  "bench/process.ts": "hands its own on to the processes it starts",
};

const files = globSync(["*.ts", "{contract,mixins,services,client,repl,terminal,cluster,bench,test}/**/*.ts"], {
  cwd: root,
}).sort();
const code = files.filter((file) => !file.startsWith("test/"));
const textOf = (file: string) => readFileSync(join(root, file), "utf8");

/** Text without comments and strings, good enough to look for words in. */
const bare = (file: string) =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/"(?:\\.|[^"\\\n])*"/g, '""')
    .replace(/\/\/.*$/gm, "");

/** Files of ours that a file imports. */
const importsOf = (file: string): string[] =>
  [...textOf(file).matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path = ""]) =>
    normalize(join(dirname(file), path)),
  );

/** What a file may import, by where it lies. */
function allowed(file: string): string[] {
  const [top, service] = file.split("/");
  switch (top) {
    case "contract":
      return ["contract/"];
    case "mixins":
      return ["contract/", "mixins/"];
    case "services":
      return [
        "contract/",
        "mixins/",
        "config.ts",
        `services/${service}/`,
        ...(programs.includes(file) ? [CONFIG] : []),
      ];
    case "client":
      // Published: of the contract only what stands by itself.
      return ["client/", ...standalone];
    case "repl":
      return ["contract/", "mixins/", "repl/", ...(programs.includes(file) ? [CONFIG, "config.ts"] : [])];
    case "terminal":
      // Clients, who call themselves that: no service, no broker.
      return [
        "contract/",
        "client/",
        "terminal/",
        "access.ts",
        "repl/command.ts",
        ...(file.startsWith("terminal/demo/") ? demo : []),
      ];
    case "cluster":
      // The command of a node stands in package.json.
      return ["contract/", "config.ts", "cluster/", "package.json"];
    case "bench":
      // The limit does the same work, the drawing of salts among it; what is measured alone, and simulated, is our own.
      return [
        "contract/",
        "client/",
        "bench/",
        "services/router/prepare/salt.ts",
        "services/router/topics/bindings.ts",
        "mixins/actor/rendezvous.ts",
        "services/gateway/stream/audience.ts",
      ];
    case CONFIG:
      // The version is told from package.json.
      return ["contract/", "mixins/", "config.ts", "repl/", "package.json"];
    default:
      return ["contract/"];
  }
}
/** It reads archives as the importer does, and starts a server as a cluster's are started. */
const demo = ["services/importer/slack/", "cluster/supervised.ts", "config.ts", "package.json"];
const standalone = ["contract/close-codes.ts", "contract/limits.ts"];
const CONFIG = "moleculer.config.ts";

const where = (among: string[], wrong: (file: string) => boolean) => among.filter(wrong);

describe("The house", () => {
  it("is looked at whole", () => {
    expect(files).to.include.members(["config.ts", "contract/errors.ts", "services/router/turn.ts"]);
    expect(importsOf("services/router/turn.ts")).to.include("contract/append.ts");
  });

  it("has small files, named for what they do", () => {
    const lines = (file: string) => textOf(file).split("\n").length - 1;
    const ceiling = (file: string) => tall[file]?.lines ?? (file.startsWith("test/") ? TEST_CEILING : CEILING);
    expect(where(files, (file) => lines(file) > ceiling(file))).to.deep.equal([]);
    expect(where(Object.keys(tall), (file) => lines(file) <= CEILING)).to.deep.equal([], "no longer an exception");
    expect(where(files, (file) => /^(utils?|helpers?|index|common|misc)\./.test(basename(file)))).to.deep.equal([]);
    expect(where(files, (file) => !/^[a-z0-9]+([-.][a-z0-9]+)*\.ts$/.test(basename(file)))).to.deep.equal([]);
  });

  it("imports point one way", () => {
    const against = code.flatMap((file) =>
      importsOf(file)
        .filter((target) => !allowed(file).some((room) => target.startsWith(room)))
        .map((target) => `${file} → ${target}`),
    );
    expect(against).to.deep.equal([]);
  });

  it("the client needs nothing but itself", () => {
    const published = [...code.filter((file) => file.startsWith("client/")), ...standalone];
    expect(published).to.include("client/wirehouse.ts");
    expect(where(published, (file) => /(from|import) "[^.]/.test(textOf(file)))).to.deep.equal([]);
    expect(where(standalone, (file) => importsOf(file).length > 0)).to.deep.equal([]);
    expect(JSON.parse(textOf("client/package.json"))).not.to.have.any.keys("dependencies", "peerDependencies");
  });

  it("the verifier for readers is one page, and needs nothing but Node", () => {
    const verifier = textOf("docs/verify.mjs");
    expect(verifier.split("\n")).to.have.length.at.most(50);
    expect(verifier.match(/^import .*$/gm)).to.deep.equal(['import { createHash } from "node:crypto";']);
  });

  it("nothing imports a service: they are loaded, and call each other", () => {
    const importers = where(code, (file) => importsOf(file).some((target) => target.endsWith(".service.ts")));
    expect(importers).to.deep.equal([]);
  });

  it("only config.ts reads the environment, and access.ts for clients", () => {
    const reads = (file: string) =>
      /process\.env/.test(bare(file).replaceAll(/read(Config|Access)\(process\.env\)/g, ""));
    expect(where(code, reads).filter((file) => !(file in environment))).to.deep.equal([]);
    expect(where(Object.keys(environment), (file) => !reads(file))).to.deep.equal([], "no longer an exception");
  });

  it("decides without clock, chance or I/O", () => {
    const pure = code.filter((file) => file.startsWith("services/router/conversation/"));
    expect(pure).not.to.deep.equal([]);
    const impure = /\bDate\b|Math\.random|random(Bytes|UUID)|\buuid\b|performance|console|setTimeout|\bawait\b/;
    expect(where(pure, (file) => impure.test(bare(file)) || /from "node:/.test(textOf(file)))).to.deep.equal([]);
  });

  it("silences neither compiler nor linter, and skips no test", () => {
    expect(where(files, (file) => /biome-ign[o]re|@ts-(ign[o]re|expect|nocheck)/.test(textOf(file)))).to.deep.equal([]);
    expect(JSON.parse(textOf("biome.json")).linter.rules.suspicious).to.deep.equal({ noExplicitAny: "error" });
    expect(where(files, (file) => /\b(describe|context|it)\.(only|skip)\b|\bx(it|describe)\(/.test(bare(file)))).to.be
      .empty;
  });
});
