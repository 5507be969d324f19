import { expect } from "chai";
import type { Context, ServiceBroker, ServiceSchema } from "moleculer";
import type { Append } from "../../../contract/append.ts";
import { refuse } from "../../../contract/errors.ts";
import { GROUP_CHANGES, TURN_BYTES } from "../../../contract/limits.ts";
import { call } from "../../../mixins/call.ts";
import router from "../../../services/router/router.service.ts";
import { administrator, logOf, meta, people, reached, wire } from "../../support/services.ts";
import { withBroker, withFolder } from "../../support/with-broker.ts";

type Setting = { members: string[]; writers?: string[] };

const set = async (broker: ServiceBroker, setting: Setting) =>
  call(broker, "directory.setGroup", { name: "all", ...setting }, await administrator(broker));
const at = (handles: string[]) => handles.map((handle) => `@${handle}`);

/** The members' handles by role, as a member sees them. */
async function membersOf(broker: ServiceBroker, conversationId: string, reader: { principalId: string } | undefined) {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const params = { conversationId, limit: 200, ...(cursor !== undefined && { cursor }) };
    const page = await call(broker, "persistence.members", params, meta(reader));
    found.push(...page.items.map(({ handle, role }) => `${handle} ${role}`));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found.toSorted();
}

/** Persistence that is reached from another broker, where `before` comes before each append that writes. */
function intercepted(broker: ServiceBroker, before: (append: Append) => void): ServiceSchema {
  const schema = reached(broker, "persistence");
  const append = (ctx: Context<Append>) => {
    if (ctx.params.entries.length > 0) before(ctx.params);
    return call(broker, "persistence.append", structuredClone(ctx.params));
  };
  return { ...schema, actions: { ...schema.actions, append } };
}

describe("groups", () => {
  it("of many change in few turns, each within its bounds; a change that breaks off is finished by the next", () =>
    withFolder((folder) =>
      withBroker(wire(folder), async (first) => {
        const handles = Array.from({ length: 2 * GROUP_CHANGES }, (_, n) => `p${n}`);
        const crowd = await people(first, "ana", ...handles);
        const [ana] = crowd;
        const appends: Append[] = [];
        const node = intercepted(first, (append) => {
          appends.push(append);
          if (appends.length === 2) throw refuse("unavailable", "The node was about to go on");
        });
        const { conversationId } = await set(first, { members: ["@ana"] });
        await withBroker([node, reached(first, "directory"), router], async (second) => {
          const members = crowd.map(({ principalId }) => principalId);
          const wished = { conversationId, name: "all", owners: [], members, readers: [] };
          const change = async () => call(second, "router.regroup", wished, await administrator(first));
          const broken = await change().catch((error) => error.type);
          expect(broken).to.equal("unavailable");
          // One turn whole, and nothing of the one that broke off.
          expect(await membersOf(first, conversationId, ana)).to.have.length(1 + GROUP_CHANGES);
          // The actor rests for a moment after its crash.
          let done: unknown;
          while (done === undefined) done = await change().catch(() => undefined);
        });
        expect(await membersOf(first, conversationId, ana)).to.deep.equal(
          ["ana", ...handles].map((handle) => `${handle} member`).toSorted(),
        );
        for (const append of appends) expect(JSON.stringify(append).length).to.be.below(TURN_BYTES);
        expect(appends.length).to.be.at.most(4);

        await set(first, { members: ["@ana", "@p0"], writers: ["@ana"] });
        expect(await membersOf(first, conversationId, ana)).to.deep.equal(["ana owner", "p0 reader"]);
        expect((await call(first, "persistence.verify", { conversationId }, meta(ana))).ok).to.equal(true);
      }),
    )).timeout(60_000);

  it("that are changed by several at once come to what one of them wished for, through one node or two", () =>
    withFolder((folder) =>
      withBroker(wire(folder), (first) =>
        withBroker([reached(first, "persistence"), reached(first, "directory"), router], async (second) => {
          const handles = Array.from({ length: 40 }, (_, n) => `p${n}`);
          const [ana, ...others] = await people(first, "ana", ...handles);
          const { conversationId } = await set(first, { members: ["@ana"] });
          const wishes = [0, 1, 2, 3].map((turn) => handles.filter((_, n) => n % 4 === turn));
          const through = async (wish: string[]) => {
            const ids = others.filter(({ handle }) => wish.includes(handle)).map(({ principalId }) => principalId);
            const roles = { owners: [ana?.principalId ?? ""], members: [], readers: ids };
            return call(
              second,
              "router.regroup",
              { conversationId, name: "all", ...roles },
              await administrator(first),
            );
          };
          for (let round = 0; round < 5; round++) {
            await Promise.all(
              wishes.flatMap((wish) => [
                set(first, { members: ["@ana", ...at(wish)], writers: ["@ana"] }),
                through(wish),
              ]),
            );
            const found = await membersOf(first, conversationId, ana);
            const whole = wishes.map((wish) => ["ana owner", ...wish.map((handle) => `${handle} reader`)].toSorted());
            expect(whole).to.deep.include(found);
          }
          const log = await logOf(first, conversationId, ana);
          expect(log.map(({ seq }) => seq)).to.deep.equal(log.map((_, n) => n + 1));
          expect((await call(first, "persistence.verify", { conversationId }, meta(ana))).ok).to.equal(true);
        }),
      ),
    )).timeout(60_000);

  it("are changed by administrators alone, whatever action is called", () =>
    withFolder((folder) =>
      withBroker(wire(folder), async (broker) => {
        const [ana] = await people(broker, "ana");
        const { conversationId } = await set(broker, { members: ["@ana"] });
        const roles = { owners: [ana?.principalId ?? ""], members: [], readers: [] };
        for (const refused of [
          call(broker, "router.regroup", { conversationId, name: "all", ...roles }, meta(ana)),
          call(broker, "directory.setGroup", { name: "all", members: [] }, meta(ana)),
          call(broker, "router.match", { topic: "a.b" }, meta(ana)),
        ])
          expect(await refused.catch((error) => error.type)).to.equal("forbidden");
      }),
    ));
});
