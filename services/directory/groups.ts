import type { Context, Service } from "moleculer";
import { v7 as uuid } from "uuid";
import type { Params } from "../../contract/actions.ts";
import { type FieldFault, refuse } from "../../contract/errors.ts";
import { bareGroupName, type Group, type GroupSeen } from "../../contract/group.ts";
import { GROUP_MEMBERS, LOOKUP_ITEMS } from "../../contract/limits.ts";
import { bareHandle } from "../../contract/principal.ts";
import { action, call, type Meta } from "../../mixins/call.ts";
import { checkAdministrator, isAdministrator } from "./principals.ts";
import { tell } from "./tell.ts";

type In = Context<unknown, Meta>;
type Setting = Context<Params<"directory.setGroup">, Meta>;

/** Faults that one answer names. */
const NAMED_FAULTS = 100;

/** Thousands of members take longer than a call usually may. (Moleculer reads it; its types don't know it.) */
const unhurried = { timeout: 0 };

export const groups = {
  groups: action("directory.groups", async (ctx) => {
    const { items, next } = await call(ctx, "persistence.groups", ctx.params);
    const administers = await isAdministrator(ctx);
    return { items: items.map((group) => shown(group, administers)), next };
  }),

  group: action("directory.group", async (ctx) => {
    const name = bareGroupName(ctx.params.name);
    const group = await call(ctx, "persistence.group", { name });
    if (!group) throw refuse("not-found", `There is no group ${name}`);
    return shown(group, await isAdministrator(ctx));
  }),

  /** The row, with its conversation's id, is written first: whatever breaks off here is finished by the next change. */
  setGroup: {
    ...unhurried,
    ...action("directory.setGroup", async function (this: Service, ctx: Setting) {
      await checkAdministrator(ctx);
      const name = bareGroupName(ctx.params.name);
      const { size, ...roles } = await rolesOf(ctx);
      const { conversationId, added, revision } = await call(ctx, "persistence.addGroup", {
        name,
        conversationId: uuid(),
      });
      if (added) await tell(this.broker, revision);
      const { created } = await call(ctx, "router.regroup", { conversationId, name, ...roles });
      return { name, members: size, conversationId, created: added || created };
    }),
  },
};

/** A group's conversation is known to those who are in it, and to administrators. */
const shown = ({ name, members, conversationId, isMember }: GroupSeen, administers: boolean): Group => ({
  name,
  members,
  ...((isMember || administers) && { conversationId }),
});

/**
 * Ids by the role that each is to have.
 * @throws validation for more members than a group may have, and for handles that nobody has
 */
async function rolesOf(ctx: Setting) {
  const members = new Set(ctx.params.members.map(bareHandle));
  const writers = ctx.params.writers && new Set(ctx.params.writers.map(bareHandle));
  const all = [...members.union(writers ?? new Set<string>())];
  if (all.length > GROUP_MEMBERS)
    throw invalid([{ field: "members", message: `must not be more than ${GROUP_MEMBERS}` }]);
  const ids = await idsOf(ctx, all);
  const unknown = all.filter((handle) => !ids.has(handle)).slice(0, NAMED_FAULTS);
  if (unknown.length > 0)
    throw invalid(
      unknown.map((handle) => ({
        field: members.has(handle) ? "members" : "writers",
        message: `there is no @${handle}`,
      })),
    );
  const found = (handles: string[]) => handles.map((handle) => ids.get(handle) ?? "");
  if (!writers) return { size: all.length, owners: [], members: found(all), readers: [] };
  const owners = found([...writers]);
  return { size: all.length, owners, members: [], readers: found(all.filter((handle) => !writers.has(handle))) };
}

async function idsOf(ctx: In, handles: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let from = 0; from < handles.length; from += LOOKUP_ITEMS) {
    const some = handles.slice(from, from + LOOKUP_ITEMS);
    const { items } = await call(ctx, "persistence.principals", { handles: some, limit: LOOKUP_ITEMS });
    for (const { handle, id } of items) found.set(handle, id);
  }
  return found;
}

const invalid = (errors: FieldFault[]) => refuse("validation", "The members are not well-formed", { errors });
