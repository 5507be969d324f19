import type { Context, Service, ServiceSchema } from "moleculer";
import { v7 as uuid } from "uuid";
import type { ActionName, Params } from "../../contract/actions.ts";
import { type Outcome, refusalOf, refuse, thrown } from "../../contract/errors.ts";
import { actor, placed } from "../../mixins/actor/actor.mixin.ts";
import { action, call, type Meta } from "../../mixins/call.ts";
import { directoryOf, directoryView } from "../../mixins/directory-view/directory-view.mixin.ts";
import { fanOutOf } from "../../mixins/fan-out/of-broker.ts";
import { activate } from "./activate.ts";
import { type Answer, type Answers, answersTo, type Command, type CommandType } from "./conversation/command.ts";
import type { State } from "./conversation/state.ts";
import { prepareChange, prepareCreate } from "./prepare/conversation.ts";
import { prepareImport } from "./prepare/import.ts";
import { prepareJoin, prepareLeave, prepareRole } from "./prepare/members.ts";
import { prepareEdit, preparePin, preparePost, prepareReact, prepareRedact } from "./prepare/messages.ts";
import { type Registry, resolve } from "./resolve.ts";
import { turn, type World } from "./turn.ts";

/** One actor a conversation: it alone writes the conversation's log. */
const conversations = actor<State, Command, Outcome<Answer>>(({ broker }) => {
  const fanOut = fanOutOf(broker);
  const world: World = {
    facts: (conversationId, seqs) => call(broker, "persistence.facts", { conversationId, seqs }),
    targets: (conversationId, seqs, reactions) =>
      call(broker, "persistence.targets", { conversationId, seqs, reactions }),
    append: (append) => call(broker, "persistence.append", append),
    announce: (announcement) => fanOut.announce(announcement),
    notify: (principalId, notice) => fanOut.notify(principalId, notice),
    now: () => new Date(),
  };
  const store = {
    load: (conversationId: string) => call(broker, "persistence.load", { conversationId }),
    roles: (conversationId: string, after?: string) => call(broker, "persistence.roles", { conversationId, after }),
  };
  return {
    activate: (conversationId) => activate(conversationId, store, world),
    turn: (state, commands) => turn(state, commands, world),
    crashed: (error) => ({ refused: refusalOf(error) }),
  };
});

/** Bytes of a command besides its text: ids, keys, times. */
const OVERHEAD = 512;
/** Bytes that deciding on an edit reads: a turn of edits alone must stay as small as any other. */
const TARGET = 96 * 1024;

function weight(command: Command): number {
  if (!("text" in command)) return OVERHEAD;
  const content = Buffer.byteLength(command.text) + (command.data ? JSON.stringify(command.data).length : 0);
  return OVERHEAD + content + (command.type === "edit" ? TARGET : 0);
}

/** Commands for one conversation's actor, answered in order. */
const tell = (service: Service, conversationId: string, commands: Command[]) =>
  conversations.actorsOf(service).tell(
    conversationId,
    commands,
    commands.reduce((bytes, command) => bytes + weight(command), 0),
  );

type In<A extends ActionName> = Context<Params<A>, Meta>;

/** @throws unauthorized where a call speaks for nobody */
function callerOf(ctx: Context<unknown, Meta>): string {
  if (ctx.meta.principalId === undefined) throw refuse("unauthorized", "The call speaks for nobody");
  return ctx.meta.principalId;
}

/** An outcome as the answer to this type of command; a refusal stays one. */
function typed<T extends CommandType>(type: T, outcome: Outcome<Answer> | undefined): Outcome<Answers[T]> {
  if (outcome === undefined) throw new Error("a command without an answer");
  if ("refused" in outcome) return outcome;
  const { ok } = outcome;
  const isAnswer: (answer: Answer) => answer is Answers[T] = answersTo[type];
  if (!isAnswer(ok)) throw new Error(`not an answer to ${type}`);
  return { ok };
}

/** One command's answer, or its refusal thrown. */
async function ask<T extends CommandType>(service: Service, conversationId: string, command: Command & { type: T }) {
  const [outcome] = await tell(service, conversationId, [command]);
  const answer = typed<T>(command.type, outcome);
  if ("refused" in answer) throw thrown(answer.refused);
  return answer.ok;
}

/** Whatever the command was: where it is in the log, and whether it was there before. */
function importedAs(outcome: Outcome<Answer>): Outcome<{ seq: number | null; repeat: boolean }> {
  if ("refused" in outcome) return outcome;
  const { ok } = outcome;
  if (answersTo.post(ok)) return { ok: { seq: ok.seq, repeat: ok.repeat } };
  return { ok: { seq: null, repeat: answersTo.create(ok) ? !ok.created : !ok.changed } };
}

const registry = (ctx: Context<unknown, Meta>, service: Service): Registry => ({
  named: (name) => call(ctx, "persistence.named", { name }),
  direct: (key) => call(ctx, "persistence.direct", { key }),
  principal: async (handle) => (await directoryOf(service).byHandle([handle])).get(handle),
  async open(id, handle) {
    const made = await call(ctx, "router.create", { id, kind: "direct", members: [`@${handle}`] });
    return made.conversationId;
  },
});

const router: ServiceSchema = {
  name: "router",
  mixins: [conversations.mixin, directoryView],
  dependencies: ["persistence", "directory"],
  actions: {
    /** Resolves and posts: what a session does in two steps, for REST and the REPL. */
    send: action("router.send", async function (this: Service, ctx: In<"router.send">) {
      const { to, clientMessageId = uuid(), ...content } = ctx.params;
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

    post: placed("router.post", "conversationId", async function (this: Service, ctx: In<"router.post">) {
      const senderId = callerOf(ctx);
      const { conversationId, messages } = ctx.params;
      const view = directoryOf(this);
      const prepared = await Promise.all(messages.map((message) => preparePost(senderId, message, view)));
      const outcomes = await tell(this, conversationId, prepared);
      return outcomes.map((outcome) => typed("post", outcome));
    }),

    create: placed("router.create", "id", async function (this: Service, ctx: In<"router.create">) {
      const { id } = ctx.params;
      // Without an id it has no owner yet: it is given one here, and goes on to its owner.
      if (id === undefined) return call(ctx, "router.create", { ...ctx.params, id: uuid() });
      return ask(this, id, await prepareCreate(callerOf(ctx), ctx.params, directoryOf(this)));
    }),

    join: placed("router.join", "conversationId", async function (this: Service, ctx: In<"router.join">) {
      const command = await prepareJoin(callerOf(ctx), ctx.params, directoryOf(this));
      return ask(this, ctx.params.conversationId, command);
    }),

    leave: placed("router.leave", "conversationId", async function (this: Service, ctx: In<"router.leave">) {
      const command = await prepareLeave(callerOf(ctx), ctx.params, directoryOf(this));
      return ask(this, ctx.params.conversationId, command);
    }),

    role: placed("router.role", "conversationId", async function (this: Service, ctx: In<"router.role">) {
      const command = await prepareRole(callerOf(ctx), ctx.params, directoryOf(this));
      return ask(this, ctx.params.conversationId, command);
    }),

    edit: placed("router.edit", "conversationId", async function (this: Service, ctx: In<"router.edit">) {
      const command = await prepareEdit(callerOf(ctx), ctx.params, directoryOf(this));
      return ask(this, ctx.params.conversationId, command);
    }),

    redact: placed("router.redact", "conversationId", async function (this: Service, ctx: In<"router.redact">) {
      return ask(this, ctx.params.conversationId, prepareRedact(callerOf(ctx), ctx.params));
    }),

    react: placed("router.react", "conversationId", async function (this: Service, ctx: In<"router.react">) {
      return ask(this, ctx.params.conversationId, prepareReact(callerOf(ctx), ctx.params));
    }),

    pin: placed("router.pin", "conversationId", async function (this: Service, ctx: In<"router.pin">) {
      return ask(this, ctx.params.conversationId, preparePin(callerOf(ctx), ctx.params));
    }),

    change: placed("router.change", "conversationId", async function (this: Service, ctx: In<"router.change">) {
      return ask(this, ctx.params.conversationId, prepareChange(callerOf(ctx), ctx.params));
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
