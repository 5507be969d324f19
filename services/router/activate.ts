import type { Loaded, Roles } from "../../contract/append.ts";
import { evolve } from "./conversation/evolve.ts";
import { draftOf, type State, settled, unborn } from "./conversation/state.ts";
import { tellMembers, type World } from "./turn.ts";

/** What an activation asks of the world. */
export type Store = {
  load(conversationId: string): Promise<Loaded | null>;
  roles(conversationId: string, after?: string): Promise<{ roles: Roles; next: string | null }>;
};

/**
 * The state of a conversation from its log: head and settings first, members then. A change in between would make the
 * members newer than the head: the next append finds that head stale, so no answer comes of it.
 *
 * What an owner before this one had committed but not told is told now: where the log ends, and who came and went.
 */
export async function activate(
  conversationId: string,
  store: Store,
  world: Pick<World, "announce" | "notify">,
): Promise<State> {
  const loaded = await store.load(conversationId);
  // Asked also where there is nothing: how long it takes must not tell a stranger what there is (G5).
  const inside = await members(conversationId, store);
  if (loaded === null) return unborn(conversationId);
  const state = { ...stateOf(conversationId, loaded), ...inside };
  world.announce({ conversationId, head: loaded.head, entries: [] });
  tellMembers(
    loaded.kind === "direct",
    loaded.recent.map(({ entry }) => entry),
    world,
  );
  return state;
}

function stateOf(conversationId: string, loaded: Loaded): State {
  const { head, ordinal, sentAt, importing, group, kind, name, purpose, archived, creatorId } = loaded;
  // The last entries are replayed for what is remembered of them; head, settings and members are as stored.
  const draft = draftOf(unborn(conversationId));
  for (const { entry, commandId } of loaded.recent) evolve(draft, entry, commandId);
  const settings = { kind, private: loaded.private, name, purpose, archived, creatorId };
  return { ...settled(draft), head, ordinal, sentAt, importing, group, settings };
}

async function members(conversationId: string, store: Store): Promise<Pick<State, "members" | "owners">> {
  const found: State["members"] = new Map();
  let owners = 0;
  let after: string | undefined;
  do {
    const page = await store.roles(conversationId, after);
    for (const [principalId, role, joinedSeq] of page.roles) {
      found.set(principalId, { role, joinedSeq });
      if (role === "owner") owners += 1;
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  return { members: found, owners };
}
