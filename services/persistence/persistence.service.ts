import type { Context, ServiceSchema } from "moleculer";
import { type Config, readConfig } from "../../config.ts";
import type { ActionName, Params, Result } from "../../contract/actions.ts";
import { refuse } from "../../contract/errors.ts";
import { action, type Meta } from "../../mixins/call.ts";
import { callerOf } from "../../mixins/caller.ts";
import { Pulse } from "../../mixins/pulse.ts";
import { commitMetrics, waitMetrics } from "./commit-metrics.ts";
import { addBinding, bindingChanges, bindings, removeBinding } from "./directory/bindings.ts";
import { addGroup, group, groups } from "./directory/groups.ts";
import { addPrincipal, changePrincipal, principals, senders } from "./directory/principals.ts";
import { revision } from "./directory/revision.ts";
import { addToken, credentials, removeToken, tokens } from "./directory/tokens.ts";
import { traceQueries } from "./query-spans.ts";
import { direct, facts, load, named, roles } from "./read/activation.ts";
import { channels } from "./read/channels.ts";
import { conversation, conversations, heads, headsOf } from "./read/conversations.ts";
import { current, mine } from "./read/current.ts";
import { moved } from "./read/cursors.ts";
import { entries } from "./read/entries.ts";
import { follow, logs } from "./read/follow.ts";
import { history, message, replies } from "./read/history.ts";
import { members } from "./read/members.ts";
import { presences, shownHere } from "./read/presences.ts";
import { targets } from "./read/targets.ts";
import { openStore, type Store } from "./store.ts";
import { verify } from "./verify.ts";

/** A long log takes longer to verify than a call may usually. (Moleculer reads it; its types don't know it.) */
const unhurried = { timeout: 0 };

/** The log and the directory's rows: the only service that opens the database. */
export function persistence(config: Pick<Config, "database" | "pool">) {
  let opened: Store | undefined;
  let pulse: Pulse | undefined;
  const store = (): Store => {
    if (!opened) throw refuse("unavailable", "The database is not open");
    return opened;
  };

  /** What fails in reading is told as what fails in writing is: who asks may try again. */
  const answered = async <T>(run: (store: Store) => Promise<T>): Promise<T> => {
    const open = store();
    try {
      return await run(open);
    } catch (error) {
      throw open.isFailure(error) ? refuse("unavailable", "The database cannot be read") : error;
    }
  };

  /** An action of the router or the directory: nobody's in particular. */
  const internal = <A extends ActionName>(name: A, run: (store: Store, params: Params<A>) => Promise<Result<A>>) =>
    action(name, (ctx) => answered((store) => run(store, ctx.params)));

  /** A reader's action: it sees what the caller may see. */
  const reader = <A extends ActionName>(
    name: A,
    run: (store: Store, params: Params<A>, callerId: string) => Promise<Result<A>>,
  ) =>
    action(name, (ctx: Context<Params<A>, Meta>) => {
      const callerId = callerOf(ctx);
      return answered((store) => run(store, ctx.params, callerId));
    });

  return {
    name: "persistence",

    actions: {
      append: internal("persistence.append", (store, append) => store.append(append)),
      load: internal("persistence.load", (store, params) => load(store.reader, params)),
      roles: internal("persistence.roles", (store, params) => roles(store.reader, params)),
      facts: internal("persistence.facts", (store, params) => facts(store.reader, params)),
      targets: internal("persistence.targets", (store, params) => targets(store.reader, params)),
      direct: internal("persistence.direct", (store, { key }) => direct(store.reader, key)),
      named: reader("persistence.named", (store, { name }, caller) => named(store.reader, name, caller)),

      logs: internal("persistence.logs", (store, params) => logs(store.reader, params)),
      follow: internal("persistence.follow", (store, { after }) => follow(store.reader, after)),
      current: internal("persistence.current", (store, { keys }) => current(store.reader, keys)),
      mine: reader("persistence.mine", (store, { keys }, caller) => mine(store.reader, keys, caller)),

      read: reader("persistence.read", (store, params, caller) => entries(store.reader, params, caller)),
      history: reader("persistence.history", (store, params, caller) => history(store.reader, params, caller)),
      message: reader("persistence.message", (store, params, caller) => message(store.reader, params, caller)),
      replies: reader("persistence.replies", (store, params, caller) => replies(store.reader, params, caller)),
      members: reader("persistence.members", (store, params, caller) => members(store.reader, params, caller)),
      channels: reader("persistence.channels", (store, params, caller) => channels(store.reader, params, caller)),
      headsOf: internal("persistence.headsOf", (store, params) => headsOf(store.reader, params)),
      heads: reader("persistence.heads", (store, params, caller) => heads(store.reader, params, caller)),
      verify: {
        ...unhurried,
        ...reader("persistence.verify", (store, params, caller) => verify(store.reader, params, caller)),
      },
      conversations: reader("persistence.conversations", async (store, params, caller) => {
        await store.cursors.settle(caller);
        return conversations(store.reader, params, caller);
      }),
      conversation: reader("persistence.conversation", async (store, params, caller) => {
        await store.cursors.settle(caller);
        return conversation(store.reader, params, caller);
      }),
      markRead: reader("persistence.markRead", async (store, params, caller) => {
        const { conversationId } = params;
        const seq = Math.max(params.seq, store.cursors.pending(conversationId, caller));
        const state = await moved(store.reader, { conversationId, seq }, caller);
        store.cursors.move({ conversationId, principalId: caller, seq: state.readSeq });
        return state;
      }),

      presences: internal("persistence.presences", (store, params) => presences(store.reader, params)),
      keepPresences: internal("persistence.keepPresences", (store, params) => store.presences.keep(params)),
      seePresences: internal("persistence.seePresences", (store, params) => store.presences.see(params)),
      shownHere: internal("persistence.shownHere", (store, params) => shownHere(store.reader, params)),

      revision: internal("persistence.revision", (store) => revision(store.reader)),
      principals: internal("persistence.principals", (store, params) => principals(store.reader, params)),
      addPrincipal: internal("persistence.addPrincipal", addPrincipal),
      changePrincipal: internal("persistence.changePrincipal", changePrincipal),
      addToken: internal("persistence.addToken", addToken),
      tokens: internal("persistence.tokens", (store, params) => tokens(store.reader, params)),
      removeToken: internal("persistence.removeToken", (store, { id }) => removeToken(store, id)),
      credentials: internal("persistence.credentials", (store, { tokenHashes }) =>
        credentials(store.reader, tokenHashes),
      ),
      senders: internal("persistence.senders", (store, params) => senders(store.reader, params)),

      groups: reader("persistence.groups", (store, params, caller) => groups(store.reader, params, caller)),
      group: reader("persistence.group", (store, params, caller) => group(store.reader, params, caller)),
      addGroup: internal("persistence.addGroup", addGroup),

      bindings: reader("persistence.bindings", (store, params, caller) => bindings(store.reader, params, caller)),
      addBinding: reader("persistence.addBinding", addBinding),
      removeBinding: reader("persistence.removeBinding", removeBinding),
      bindingChanges: internal("persistence.bindingChanges", (store, params) => bindingChanges(store.reader, params)),
    },

    methods: {
      /** Whether the database answers. */
      probe(): Promise<number> {
        return answered((store) => revision(store.reader));
      },
      /** Called before any service of the process stops, and after those that depend on this one have drained. */
      async drain(): Promise<void> {
        await opened?.drain();
      },
    },

    async started() {
      waitMetrics(this.broker, () => opened);
      opened = await openStore(config, (text) => this.logger.warn(text), commitMetrics(this.broker));
      traceQueries(opened.reader);
      pulse = new Pulse(this.broker, () => revision(store().reader));
      pulse.start();
    },

    async stopped() {
      pulse?.stop();
      const closing = opened;
      opened = undefined;
      await closing?.close();
    },
  } satisfies ServiceSchema;
}

export default persistence(readConfig(process.env));
