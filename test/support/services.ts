import type { ServiceBroker, ServiceSchema } from "moleculer";
import { v7 as uuid } from "uuid";
import { type ActionName, actions, type Params, type Sent } from "../../contract/actions.ts";
import { call } from "../../mixins/call.ts";
import { directory } from "../../services/directory/directory.service.ts";
import { persistence } from "../../services/persistence/persistence.service.ts";
import { presence } from "../../services/presence/presence.service.ts";
import type { Times } from "../../services/presence/roll-call.ts";
import router from "../../services/router/router.service.ts";
import { type OfDatabase, onSqlite } from "./on-sqlite.ts";

/** The administrator's token in tests. */
export const ADMINISTRATOR = "test-administrator-test-administrator";

/** The wire without its edge: log, directory, router and presence on a folder. */
export const wire = (data: string, times?: Times): ServiceSchema[] => wiredTo(onSqlite(data), times);

/** The same on any database. */
export const wiredTo = (config: OfDatabase, times?: Times): ServiceSchema[] => [
  persistence(config),
  directory(() => ADMINISTRATOR),
  router,
  presence(times),
];

/** A service of another broker as one of this one, as if it were reached over a transporter. */
export function reached(broker: ServiceBroker, service: string): ServiceSchema {
  const names = Object.keys(actions).filter((name): name is ActionName => name.startsWith(`${service}.`));
  return {
    name: service,
    actions: Object.fromEntries(
      names.map((name) => [
        name.slice(service.length + 1),
        (ctx) => broker.call(name, structuredClone(ctx.params), { meta: { ...ctx.meta } }),
      ]),
    ),
  };
}

/** Who may administer: the first administrator. */
export async function administrator(broker: ServiceBroker): Promise<{ principalId: string }> {
  const { id } = await call(broker, "directory.get", { handle: "admin" });
  return { principalId: id };
}

/** New people, as callers. */
export async function people(
  broker: ServiceBroker,
  ...handles: string[]
): Promise<{ principalId: string; handle: string }[]> {
  const meta = await administrator(broker);
  const made = [];
  for (const handle of handles) {
    const { id } = await call(broker, "directory.create", { handle, name: handle, kind: "person" }, meta);
    made.push({ principalId: id, handle });
  }
  return made;
}

/** A room of these people, the first of them its owner. */
export async function room(
  broker: ServiceBroker,
  ...[owner, ...others]: { principalId: string; handle: string }[]
): Promise<string> {
  const members = others.map(({ handle }) => `@${handle}`);
  const { conversationId } = await call(broker, "router.create", { id: uuid(), kind: "room", members }, meta(owner));
  return conversationId;
}

export const meta = (who: { principalId: string } | undefined) => ({ principalId: who?.principalId });

/** Sends to one conversation. */
export async function send(
  broker: ServiceBroker,
  params: Params<"router.send">,
  who: { principalId: string } | undefined,
): Promise<Sent> {
  const sent = await call(broker, "router.send", params, meta(who));
  if ("receipts" in sent) throw new Error("to a topic");
  return sent;
}

/** The whole log of a conversation, as this member reads it. */
export async function logOf(
  broker: ServiceBroker,
  conversationId: string,
  reader: { principalId: string } | undefined,
) {
  const entries = [];
  for (let after = 0; ; after = entries.at(-1)?.seq ?? 0) {
    const { items } = await call(broker, "persistence.read", { conversationId, after, limit: 200 }, meta(reader));
    if (items.length === 0) return entries;
    entries.push(...items);
  }
}
