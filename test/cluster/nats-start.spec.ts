import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { freePort } from "../support/free-port.ts";
import { describeOnNats, withNats } from "../support/nats.ts";
import { type Environment, run, script } from "../support/server.ts";
import { withFolder } from "../support/with-broker.ts";

const STACK = /^\s+at /m;

/** A router that does not get to start: what it says, once it has ended by itself. */
async function refused(environment: Environment): Promise<string> {
  const router = run(script("start"), { SERVICES: "router", ...environment });
  expect((await router.ended).code, router.output()).to.equal(1);
  expect(router.output()).not.to.match(STACK);
  return router.output();
}

describeOnNats("A node at its start", () => {
  it("says which NATS servers it waits for, and stops when it is told to", async () => {
    const [one, two] = [await freePort(), await freePort()];
    const urls = `nats://ana:secret@127.0.0.1:${one},nats://127.0.0.1:${two}`;
    const router = run(script("start"), { SERVICES: "router", NATS_URL: urls });
    await router.wrote(`NATS at nats://127.0.0.1:${one}, nats://127.0.0.1:${two} can't be reached`);
    expect(await router.stop()).to.deep.equal({ code: 0, signal: null });
    expect(router.output()).not.to.match(STACK).and.not.include("secret");
  });

  it("says that its password is another, and not which", () =>
    withNats(async ({ url }) => {
      const said = await refused({ NATS_URL: url, NATS_USER: "wire", NATS_PASSWORD: "hunter2" });
      expect(said).to.include(`NATS at ${url} refuses this process (Authorization Violation): look at NATS_USER`);
      expect(said).not.to.include("hunter2");
    }, "--user wire --pass right"));

  it("says that NATS takes too small messages, and how large they must be", () =>
    withFolder((folder) => {
      const file = join(folder, "nats.conf");
      writeFileSync(file, "max_payload: 64KB\n");
      return withNats(async ({ url }) => {
        const said = await refused({ NATS_URL: url });
        expect(said).to.include("NATS takes messages of 65536 bytes only: set its max_payload to 1048576 or more");
      }, `-c ${file}`);
    }));
});
