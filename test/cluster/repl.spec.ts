import { expect } from "chai";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster } from "../support/cluster.ts";
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

        await type("call directory.create --handle ana --name Ana --kind person", /role: 'user'/);
        await type("as @ana", /speaking for @ana\b/);
        await type("send #general hello", /not-a-member: You are not a member/);
        await type(`call router.join --conversationId ${id}`, /changed: true/);
        const sent = await type('send #general hello "from   ana"', new RegExp(`${id} 5 ([0-9a-f]{64})`));
        expect(await type("verify #general", /ok: 5 entries, head 5 ([0-9a-f]{64})/)).to.equal(sent);
        await type(`call persistence.history --conversationId ${id} --after 4`, /text: 'hello from {3}ana'/);

        await type("reindex", /indexed anew: \d+ entries/);
        await type("as @nobody", /not-found: There is no @nobody/);
        await type("send #general still ana", new RegExp(`${id} 6 `));
        await type("as @admin", /speaking for @admin\b/);
        await type("send #nothing hello", /not-found: /);
        await type("call presence.choose --status invisible", />> Response:\s+{ status: 'invisible' }/);
        await type("who @admin", /shown as offline\s+chose invisible\s+no session/);
        await type("who @nobody", /not-found: There is no @nobody/);
        await type("who", /0 principals have a session/);
        await type("exit", /exit/);
        expect(await ended, "the end of the REPL is the end of the server").to.deep.equal({ code: 0, signal: null });
      }),
    ));

  it("follows a conversation while the operator goes on, and only one that its speaker is in", () =>
    withFolder((home) =>
      withTerminal(home, async ({ type, saw }) => {
        await type("call router.create --kind channel --name general", ID);
        await type("call directory.create --handle ana --name Ana --kind person", /role: 'user'/);
        await type("tail #general", /following #general from entry 1 on/);
        await saw(/1 {2}\S+Z {2}@admin {2}create/);
        await type("send #general hello there", /3 {2}\S+Z {2}@admin {2}hello there/);
        await type('call router.send --to "#general" --text again --replyTo 3', /4 .+to 3 {2}again/);
        await type("tail off", /no longer followed/);
        await type("send #general unseen", / 5 [0-9a-f]{64}/);
        await type("tail off", /nothing is followed/);

        await type("as @ana", /speaking for @ana\b/);
        await type("tail #general", /not-a-member: You are not a member/);
        const general = await type("call persistence.channels", /id: '([\w-]{36})'/);
        await type(`call router.join --conversationId ${general}`, /changed: true/);
        await type("tail #general", /following #general/);
        await type(`call router.leave --conversationId ${general}`, /no longer followed: not-a-member/);
        await type("tail 01890000-0000-7000-8000-000000000000", /not-found: There is no such conversation/);
      }),
    ));

  it("makes tokens and counts actors, for administrators", () =>
    withFolder((home) =>
      withTerminal(home, async ({ type, saw }) => {
        await type("actors", /router: 0 active, 0 commands waiting/);
        const id = await type("call router.create --kind channel --name general", ID);
        await type("send #general hello", / 3 /);
        await type("actors", new RegExp(`router: 1 active, 0 commands waiting\\s+${id} {2}0 waiting, 2 handled`));

        await type("call directory.create --handle ana --name Ana --kind person", /role: 'user'/);
        const token = await type("token @ana the old laptop", /^(wh_\S+)/m);
        const url = await saw(/REST\s+(http:\S+)/);
        const response = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } });
        expect(await response.json()).to.include({ handle: "ana" });
        await type("call directory.tokens --handle ana", /label: 'the old laptop'/);
        await type("token @nobody", /not-found: There is no @nobody/);

        await type("as @ana", /speaking for @ana\b/);
        await type("actors", /router: forbidden: Only administrators may do this/);
        await type("token @admin", /forbidden: Only administrators may do this/);
      }),
    ));

  it("tells administrators what a topic meets", () =>
    withFolder((home) =>
      withTerminal(home, async ({ type }) => {
        const id = await type("call router.create --kind channel --name general", ID);
        await type("topics match alerts.fx", /nothing is bound/);
        await type(`call directory.bind --pattern "alerts.>" --conversationId ${id}`, /\bid: '/);
        await type("topics match alerts.fx", new RegExp(`alerts\\.> {2}${id} {2}binding [\\w-]{36}`));
        await type("topics match alerts.*", /validation: /);
        await type("topics list alerts.fx", /validation: say topics match/);
        await type("send topic:alerts.fx hello", /forbidden: You may not publish to this topic/);
        await type("call directory.create --handle ana --name Ana --kind person", /role: 'user'/);
        await type("as @ana", /speaking for @ana\b/);
        await type("topics match alerts.fx", /forbidden: Only administrators may do this/);
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
  const layout = {
    store: { services: "directory,persistence" },
    routers: { services: "router" },
    edge: { services: "gateway,router" },
  };

  it("joins a cluster as an operator, and leaves it as it was", () =>
    Cluster.with(layout, ({ nats, nodes, gateways }) =>
      withFolder((home) =>
        withTerminal(
          home,
          async ({ type, saw, ended }) => {
            await type("nodes", /(ONLINE.*){4}/s);
            await type("services", /router .+OK/);
            await type("call router.create --kind channel --name general", ID);
            await type("send #general hello", / 3 ([0-9a-f]{64})/);
            await type("verify #general", /ok: 3 entries/);

            await type("tail #general", /following #general/);
            const [edge] = gateways;
            const sent = await new Client(edge?.url ?? "", ADMINISTRATOR).send(
              "#general",
              "from\u001b[2Jelsewhere",
              "elsewhere",
            );
            await saw(new RegExp(`${sent.seq} {2}\\S+Z {2}@admin {2}from\\\\u\\{1b\\}\\[2Jelsewhere`));
            await type("tail off", /no longer followed/);
            await type("actors", /(\S+ router: \d active.+){2}/s);
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
