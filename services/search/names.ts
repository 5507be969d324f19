import { directKey } from "../../contract/conversation.ts";
import type { Place, Query } from "./query/ast.ts";

/** What names are resolved by, for one caller. */
export type Registry = {
  /** The id of a handle; undefined where there is nobody of it. */
  principal(handle: string): Promise<string | undefined>;
  /** Ids of the conversations that `#name` means to him. */
  named(name: string): Promise<string[]>;
  /** A group, with its own conversation. */
  group(name: string): Promise<{ conversationId: string } | null>;
  /** The direct conversation of a pair. */
  direct(key: string): Promise<string | null>;
};

/** Whose messages, and in which conversations, a query asks for; undefined where that can be none. */
export type Scope = { senderId?: string; conversationIds: string[] };

/**
 * Names that there aren't, that he may not know of, and that exclude each other lead to nothing, and none of them to it
 * otherwise than another.
 * @param mine the caller's conversations
 */
export async function scopeOf(
  { from, in: places }: Pick<Query, "from" | "in">,
  mine: readonly string[],
  callerId: string,
  registry: Registry,
): Promise<Scope | undefined> {
  const senders = new Set(await Promise.all(from.map((handle) => registry.principal(handle))));
  const [senderId] = senders;
  let conversationIds = [...mine];
  for (const place of places) {
    const meant = new Set(await conversationsOf(place, callerId, registry));
    conversationIds = conversationIds.filter((id) => meant.has(id));
  }
  const isNobody = senders.size > 1 || (senders.size === 1 && senderId === undefined);
  if (isNobody || conversationIds.length === 0) return undefined;
  return senderId === undefined ? { conversationIds } : { senderId, conversationIds };
}

async function conversationsOf(address: Place, callerId: string, registry: Registry): Promise<string[]> {
  switch (address.kind) {
    case "conversation":
      return [address.id];
    case "name":
      return registry.named(address.name);
    case "group": {
      const group = await registry.group(address.name);
      return group ? [group.conversationId] : [];
    }
    case "principal": {
      const other = await registry.principal(address.handle);
      const direct = other === undefined ? null : await registry.direct(directKey(callerId, other));
      return direct === null ? [] : [direct];
    }
  }
}
