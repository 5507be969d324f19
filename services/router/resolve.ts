import { v7 as uuid } from "uuid";
import { parseAddress } from "../../contract/address.ts";
import { directKey, UNKNOWN_CONVERSATION } from "../../contract/conversation.ts";
import { refuse } from "../../contract/errors.ts";
import type { GroupSeen } from "../../contract/group.ts";
import type { Principal } from "../../contract/principal.ts";

/** What resolving asks of others. */
export type Registry = {
  named(name: string): Promise<string[]>;
  direct(key: string): Promise<string | null>;
  group(name: string): Promise<GroupSeen | null>;
  principal(handle: string): Promise<Principal | undefined>;
  /** Makes the direct conversation with a principal, or finds the one that was made in the meantime. */
  open(id: string, handle: string): Promise<string>;
};

/**
 * The conversation that an address means to a sender. Whether he may send there is the actor's to say.
 * @throws validation for what is no address, not-found, forbidden, ambiguous-address, disabled
 */
export async function resolve(senderId: string, to: string, registry: Registry): Promise<string> {
  const address = parseAddress(to);
  switch (address?.kind) {
    case "conversation":
      return address.id;
    case "name":
      return byName(address.name, registry);
    case "principal":
      return direct(senderId, address.handle, registry);
    case "group":
      return ofGroup(address.name, registry);
    case "topic":
      throw misaddressed("must mean one conversation");
    default:
      throw misaddressed("must be #channel, @handle, group:name, topic:a.b or a conversation's id");
  }
}

const misaddressed = (message: string) =>
  refuse("validation", "The address is not one", { errors: [{ field: "to", message }] });

/** Its name is known to all, its conversation to its members alone. */
async function ofGroup(name: string, registry: Registry): Promise<string> {
  const group = await registry.group(name);
  if (!group) throw refuse("not-found", `There is no group ${name}`);
  if (!group.isMember) throw refuse("forbidden", "You are not in this group");
  return group.conversationId;
}

async function byName(name: string, registry: Registry): Promise<string> {
  const [id, ...more] = await registry.named(name);
  if (id === undefined) throw refuse("not-found", UNKNOWN_CONVERSATION);
  if (more.length > 0) throw refuse("ambiguous-address", `Several conversations are named #${name}: use the id`);
  return id;
}

async function direct(senderId: string, handle: string, registry: Registry): Promise<string> {
  const principal = await registry.principal(handle);
  if (!principal) throw refuse("not-found", `There is no @${handle}`);
  return (await registry.direct(directKey(senderId, principal.id))) ?? registry.open(uuid(), handle);
}
