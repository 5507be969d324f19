import { expect } from "chai";
import { Cluster } from "../support/cluster.ts";
import { describeOnNats } from "../support/nats.ts";
import { run, script } from "../support/server.ts";
import { withTerminal } from "../support/terminal.ts";
import { withFolder } from "../support/with-broker.ts";

const ID = /conversationId: '([\w-]{36})'/;

describe("The REPL, in a terminal", () => {
  it("calls actions, shows what there is, and has the operators' commands", () =>
    withFolder((home) =>
      withTerminal(home, async ({ type, ended }) => {
        const id = await type("call router.create --kind channel --name general", ID);
        expect(
          await type('call router.send --to "#general" --text hello', /seq: (\d+)/),
          "after create and join",
        ).to.equal("3");
        await type("actions", /router\.send .+to, text, data/);
        await type("services", /persistence .+OK/);
        await type("nodes", /ONLINE/);

        await type("call directory.create --handle ana --name Ana --kind person", /handle: 'ana'/);
        await type("as @ana", /speaking for @ana\b/);
        await type("send #general hello", /not-a-member: You are not a member/);
        await type(`call router.join --conversationId ${id}`, /changed: true/);
        const sent = await type('send #general hello "from   ana"', new RegExp(`${id} 5 ([0-9a-f]{64})`));
        expect(await type("verify #general", /ok: 5 entries, head 5 ([0-9a-f]{64})/)).to.equal(sent);
        await type(`call persistence.history --conversationId ${id} --after 4`, /text: 'hello from {3}ana'/);

        await type("as @nobody", /not-found: There is no @nobody/);
        await type("send #general still ana", new RegExp(`${id} 6 `));
        await type("as @admin", /speaking for @admin\b/);
        await type("send #nothing hello", /not-found: /);
        await type("exit", /exit/);
        expect(await ended, "the end of the REPL is the end of the server").to.deep.equal({ code: 0, signal: null });
      }),
    ));

  it("tells what is wrong with a call, and goes on", () =>
    withFolder((home) =>
      withTerminal(home, async ({ type }) => {
        await type("call router.create --kind channel --nmae general", /nmae.+is not known here/s);
        await type("call nothing.here", /not (found|available)/i);
        await type("no such command", /is not|unknown|invalid/i);
        await type("verify #general", /not-found: /);
        await type("call router.create --kind channel --name general", ID);
      }),
    ));
});

describeOnNats("npm run repl", () => {
  const layout = { store: { services: "directory,persistence" }, router: { services: "router" } };

  it("joins a cluster as an operator, and leaves it as it was", () =>
    Cluster.with(layout, ({ nats, nodes }) =>
      withFolder((home) =>
        withTerminal(
          home,
          async ({ type, ended }) => {
            await type("nodes", /(ONLINE.*){3}/s);
            await type("services", /router .+OK/);
            await type("call router.create --kind channel --name general", ID);
            await type("send #general hello", / 3 ([0-9a-f]{64})/);
            await type("verify #general", /ok: 3 entries/);
            await type("exit", /exit/);
            expect(await ended).to.deep.equal({ code: 0, signal: null });
            expect(nodes.every(({ isUp }) => isUp)).to.equal(true);
          },
          "npm run repl",
          { NATS_URL: nats.url },
        ),
      ),
    ));

  it("says that NATS_URL is missing", async () => {
    const repl = run(script("repl"));
    expect(await repl.ended).to.deep.equal({ code: 1, signal: null });
    expect(repl.output()).to.match(/^NATS_URL is missing: it says which cluster to join\..+\n$/);
  });
});
