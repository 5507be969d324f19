import type { Context, Service, ServiceSchema } from "moleculer";
import { v7 as uuid } from "uuid";
import type { ActionName, Params, Posting, Result } from "../../contract/actions.ts";
import { placed } from "../../mixins/actor/actor.mixin.ts";
import { action, call, type Meta } from "../../mixins/call.ts";
import { callerOf, checkAdministrator } from "../../mixins/caller.ts";
import { directoryOf, directoryView } from "../../mixins/directory-view/directory-view.mixin.ts";
import { addressed } from "./addressed.ts";
import { ask, conversations, importedAs, tell, typed } from "./conversations.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { prepareChange, prepareCreate } from "./prepare/conversation.ts";
import { prepareRegroup } from "./prepare/group.ts";
import { prepareImport } from "./prepare/import.ts";
import { prepareJoin, prepareLeave, prepareRole } from "./prepare/members.ts";
import { prepareEdit, preparePin, preparePost, prepareReact, prepareRedact } from "./prepare/messages.ts";
import { topicsOf } from "./topics/topics.ts";

type In<A extends ActionName> = Context<Params<A>, Meta>;

/** Actors that operators are shown by name. */
const BUSIEST = 10;

/** Thousands of members take longer than a call usually may. (Moleculer reads it; its types don't know it.) */
const unhurried = { timeout: 0 };
/** One change of a group at a time. Between nodes that both take themselves for the owner the log's head decides. */
const regrouping = new OneAtATime();

/** A command without a key gets one: a retry inside must meet what it did. */
const keyed = <P extends { commandId?: string }>(params: P): P => ({
  ...params,
  commandId: params.commandId ?? uuid(),
});
const keyedMessage = (message: Posting): Posting => ({
  ...message,
  clientMessageId: message.clientMessageId ?? uuid(),
});

type Commanding = Extract<
  ActionName,
  `router.${"join" | "leave" | "role" | "edit" | "redact" | "react" | "pin" | "change"}`
>;

/** An action that is one command of its caller's. */
const commanded = <A extends Commanding>(
  name: A,
  act: (service: Service, params: Params<A>, senderId: string) => Promise<Result<A>>,
) =>
  placed<A, Service>(
    name,
    "conversationId",
    async function (ctx) {
      return act(this, ctx.params, callerOf(ctx));
    },
    keyed,
  );

const router: ServiceSchema = {
  name: "router",
  mixins: [conversations.mixin, directoryView],
  dependencies: ["persistence", "directory"],
  actions: {
    ...addressed,

    post: placed(
      "router.post",
      "conversationId",
      async function (this: Service, ctx: In<"router.post">) {
        const senderId = callerOf(ctx);
        const { conversationId, messages } = ctx.params;
        const view = directoryOf(this);
        const enters = (topic: string) => topicsOf(this).enters(senderId, topic, conversationId);
        const prepared = await Promise.all(messages.map((message) => preparePost(senderId, message, view, enters)));
        const outcomes = await tell(this, conversationId, prepared);
        return outcomes.map((outcome) => typed("post", outcome));
      },
      ({ messages, ...rest }) => ({ ...rest, messages: messages.map(keyedMessage) }),
    ),

    create: placed("router.create", "id", async function (this: Service, ctx: In<"router.create">) {
      const { id } = ctx.params;
      // Without an id it has no owner yet: it is given one here, and goes on to its owner.
      if (id === undefined) return call(ctx, "router.create", { ...ctx.params, id: uuid() });
      return ask(this, id, await prepareCreate(callerOf(ctx), ctx.params, directoryOf(this)));
    }),

    join: commanded("router.join", async (service, params, senderId) =>
      ask(service, params.conversationId, await prepareJoin(senderId, params, directoryOf(service))),
    ),
    leave: commanded("router.leave", async (service, params, senderId) =>
      ask(service, params.conversationId, await prepareLeave(senderId, params, directoryOf(service))),
    ),
    role: commanded("router.role", async (service, params, senderId) =>
      ask(service, params.conversationId, await prepareRole(senderId, params, directoryOf(service))),
    ),
    edit: commanded("router.edit", async (service, params, senderId) =>
      ask(service, params.conversationId, await prepareEdit(senderId, params, directoryOf(service))),
    ),
    redact: commanded("router.redact", async (service, params, senderId) =>
      ask(service, params.conversationId, prepareRedact(senderId, params)),
    ),
    react: commanded("router.react", async (service, params, senderId) =>
      ask(service, params.conversationId, prepareReact(senderId, params)),
    ),
    pin: commanded("router.pin", async (service, params, senderId) =>
      ask(service, params.conversationId, preparePin(senderId, params)),
    ),
    change: commanded("router.change", async (service, params, senderId) =>
      ask(service, params.conversationId, await prepareChange(senderId, params, directoryOf(service))),
    ),

    regroup: {
      ...unhurried,
      ...placed("router.regroup", "conversationId", async function (this: Service, ctx: In<"router.regroup">) {
        await checkAdministrator(ctx);
        const { conversationId } = ctx.params;
        const change = prepareRegroup(callerOf(ctx), ctx.params);
        return regrouping.through(conversationId, async () => {
          for (let created = false; ; ) {
            const step = await ask(this, conversationId, { ...change, commandId: uuid() });
            created ||= step.created;
            if (step.done) return { created };
          }
        });
      }),
    },

    actors: action("router.actors", async function (this: Service, ctx: In<"router.actors">) {
      await checkAdministrator(ctx);
      return conversations.actorsOf(this).census(BUSIEST);
    }),

    import: placed("router.import", "conversationId", async function (this: Service, ctx: In<"router.import">) {
      const { conversationId, commands, complete } = ctx.params;
      const prepared = commands.map((command, index) =>
        prepareImport(command, complete && index === commands.length - 1),
      );
      const outcomes = await tell(this, conversationId, prepared);
      return outcomes.map((outcome) => importedAs(outcome));
    }),
  },
};

export default router;
