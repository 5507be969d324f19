import type { Context, Service } from "moleculer";
import { v7 as uuid } from "uuid";
import type { ActionName, Params } from "../../contract/actions.ts";
import { parseAddress } from "../../contract/address.ts";
import { thrown } from "../../contract/errors.ts";
import { action, call, type Meta } from "../../mixins/call.ts";
import { callerOf, checkAdministrator } from "../../mixins/caller.ts";
import { directoryOf } from "../../mixins/directory-view/directory-view.mixin.ts";
import { Retries } from "../../mixins/retries.ts";
import { type Registry, resolve } from "./resolve.ts";
import { publish } from "./topics/publish.ts";
import { topicsOf } from "./topics/topics.ts";

type In<A extends ActionName> = Context<Params<A>, Meta>;

const registry = (ctx: Context<unknown, Meta>, service: Service): Registry => ({
  group: (name) => call(ctx, "persistence.group", { name }),
  named: (name) => call(ctx, "persistence.named", { name }),
  direct: (key) => call(ctx, "persistence.direct", { key }),
  principal: async (handle) => (await directoryOf(service).byHandle([handle])).get(handle),
  async open(id, handle) {
    const made = await call(ctx, "router.create", { id, kind: "direct", members: [`@${handle}`] });
    return made.conversationId;
  },
});

/** Calls that are lost with a node are made again here: one of many that a message needs must not cost the others. */
const retries = new Retries();

const publishing = (ctx: Context<unknown, Meta>, service: Service): Parameters<typeof publish>[1] => ({
  bound: (topic) => topicsOf(service).bound(callerOf(ctx), topic),
  post: (conversationId, message) =>
    retries.persist("router.post", () => call(ctx, "router.post", { conversationId, messages: [message] })),
  failed: (error) => service.logger.error("A message to a topic failed", error),
});

/** What is asked for by an address, before it is known which conversation's actor is to answer. */
export const addressed = {
  /** Resolves and posts: what a session does in two steps, for REST and the REPL. */
  send: action("router.send", async function (this: Service, ctx: In<"router.send">) {
    const { to, clientMessageId = uuid(), ...content } = ctx.params;
    const address = parseAddress(to);
    if (address?.kind === "topic")
      return publish({ ...content, clientMessageId, topic: address.topic }, publishing(ctx, this));
    const conversationId = await resolve(callerOf(ctx), to, registry(ctx, this));
    const messages = [{ ...content, clientMessageId }];
    const [outcome] = await call(ctx, "router.post", { conversationId, messages });
    if (outcome === undefined) throw new Error("a message without an answer");
    if ("refused" in outcome) throw thrown(outcome.refused);
    return outcome.ok;
  }),

  resolve: action("router.resolve", async function (this: Service, ctx: In<"router.resolve">) {
    return { conversationId: await resolve(callerOf(ctx), ctx.params.to, registry(ctx, this)) };
  }),

  bound: action("router.bound", async function (this: Service, ctx: In<"router.bound">) {
    return topicsOf(this).bound(callerOf(ctx), ctx.params.topic);
  }),

  match: action("router.match", async function (this: Service, ctx: In<"router.match">) {
    await checkAdministrator(ctx);
    return topicsOf(this).match(ctx.params.topic);
  }),
};
