import type { Context, Service, ServiceBroker, ServiceSchema } from "moleculer";
import { v7 as uuid } from "uuid";
import { readConfig } from "../../config.ts";
import type { ActionName, Params } from "../../contract/actions.ts";
import { sha256 } from "../../contract/chain.ts";
import { refuse } from "../../contract/errors.ts";
import { PAGE_ITEMS } from "../../contract/limits.ts";
import { bareHandle } from "../../contract/principal.ts";
import { action, call, type Meta } from "../../mixins/call.ts";
import { ensureAdministrator, type Registry } from "./administrator.ts";
import { bindings } from "./bindings.ts";
import { groups } from "./groups.ts";
import { byHandle, byId, checkAdministrator } from "./principals.ts";
import { tell } from "./tell.ts";
import { newToken } from "./tokens.ts";

type In<A extends ActionName> = Context<Params<A>, Meta>;

const registry = (broker: ServiceBroker): Registry => ({
  find: async (handle) => (await call(broker, "persistence.principals", { handles: [handle] })).items[0],
  async add(principal) {
    await call(broker, "persistence.addPrincipal", principal);
  },
  holder: async (tokenHash) =>
    (await call(broker, "persistence.credentials", { tokenHashes: [tokenHash] }))[0]?.principal.id,
  tokens: async (principalId) => (await call(broker, "persistence.tokens", { principalId, limit: PAGE_ITEMS })).items,
  async addToken(token) {
    await call(broker, "persistence.addToken", { ...token, scopes: null, expiresAt: null });
  },
  async removeToken(id) {
    await call(broker, "persistence.removeToken", { id });
  },
});

/** Principals and their tokens. It holds nothing: it asks persistence. */
export const directory = (administratorToken: () => string | undefined): ServiceSchema => ({
  name: "directory",
  dependencies: ["persistence"],

  async started(this: Service) {
    const token = await ensureAdministrator(administratorToken(), registry(this.broker));
    // Printed, not logged: logs are kept, and this is shown once.
    if (token !== undefined) console.log(`The administrator's token, shown only now: ${token}`);
  },

  actions: {
    revision: action("directory.revision", (ctx) => call(ctx, "persistence.revision", {})),

    /** The revision is read first: what is found is at least as new. */
    lookup: action("directory.lookup", async (ctx) => {
      const { handles } = ctx.params;
      const revision = await call(ctx, "persistence.revision", {});
      const { items } = await call(ctx, "persistence.principals", { handles, limit: PAGE_ITEMS });
      return { revision, principals: items };
    }),

    credentials: action("directory.credentials", async (ctx) => {
      const revision = await call(ctx, "persistence.revision", {});
      return { revision, credentials: await call(ctx, "persistence.credentials", ctx.params) };
    }),

    senders: action("directory.senders", async (ctx) => {
      const revision = await call(ctx, "persistence.revision", {});
      return { revision, senders: await call(ctx, "persistence.senders", ctx.params) };
    }),

    me: action("directory.me", async (ctx) => {
      const me = ctx.meta.principalId && (await byId(ctx, ctx.meta.principalId));
      if (!me) throw refuse("unauthorized", "The call speaks for nobody");
      return me;
    }),

    find: action("directory.find", (ctx) => call(ctx, "persistence.principals", ctx.params)),

    get: action("directory.get", (ctx) => byHandle(ctx, ctx.params.handle)),

    create: action("directory.create", async function (this: Service, ctx: In<"directory.create">) {
      await checkAdministrator(ctx);
      const { handle, name, kind, role = "user", publish = [] } = ctx.params;
      const principal = { id: uuid(), handle: bareHandle(handle), name, kind, role, disabled: false };
      const { revision } = await call(ctx, "persistence.addPrincipal", { ...principal, publish });
      await tell(this.broker, revision);
      return principal;
    }),

    change: action("directory.change", async function (this: Service, ctx: In<"directory.change">) {
      await checkAdministrator(ctx);
      const { handle, ...change } = ctx.params;
      const { id } = await byHandle(ctx, handle);
      const { principal, revision } = await call(ctx, "persistence.changePrincipal", { id, change });
      await tell(this.broker, revision);
      return principal;
    }),

    createToken: action("directory.createToken", async function (this: Service, ctx: In<"directory.createToken">) {
      await checkAdministrator(ctx);
      const { handle, label = "", scopes = null, expiresAt = null } = ctx.params;
      const { id: principalId } = await byHandle(ctx, handle);
      const id = uuid();
      const token = newToken();
      const row = { id, principalId, hash: sha256(token), label, scopes, expiresAt };
      const { revision } = await call(ctx, "persistence.addToken", row);
      await tell(this.broker, revision);
      return { id, token };
    }),

    tokens: action("directory.tokens", async (ctx) => {
      await checkAdministrator(ctx);
      const { handle, ...paging } = ctx.params;
      const { id: principalId } = await byHandle(ctx, handle);
      return call(ctx, "persistence.tokens", { principalId, ...paging });
    }),

    revokeToken: action("directory.revokeToken", async function (this: Service, ctx: In<"directory.revokeToken">) {
      await checkAdministrator(ctx);
      const { removed, revision } = await call(ctx, "persistence.removeToken", ctx.params);
      if (!removed) throw refuse("not-found", "There is no such token");
      await tell(this.broker, revision);
      return null;
    }),

    ...bindings,
    ...groups,
  },
});

export default directory(() => readConfig(process.env).adminToken);
