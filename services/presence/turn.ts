import { type Outcome, refused } from "../../contract/errors.ts";
import type { Typing } from "../../contract/events.ts";
import type { Kept, Presence } from "../../contract/presence.ts";
import type { Turned } from "../../mixins/actor/behaviour.ts";
import { staleOwner } from "../../mixins/actor/stale-owner.ts";
import { decide } from "./principal/decide.ts";
import { evolve } from "./principal/evolve.ts";
import type { Attendance, Command } from "./principal/state.ts";
import { shown } from "./status.ts";
import { type Typed, tellTyping } from "./typing.ts";

/** What an actor remembers: nothing of what is kept, which another owner may have changed. */
export type State = { readonly principalId: string; readonly typed: Typed };

/** What a turn asks of the world. */
export type World = {
  read(principalId: string): Promise<Kept | null>;
  /** @returns false where the version was no longer the one that it was read with: nothing is kept */
  keep(principalId: string, kept: Kept): Promise<boolean | null>;
  /** @param seen when he was last kept as here */
  attendance(principalId: string, seen: string | null): Attendance;
  present(presence: Presence): void;
  type(typing: Typing): void;
  now(): Date;
};

/**
 * One turn of a principal, in the only order of effects that there is:
 *
 *  1. read what is kept
 *  2. decide each command on it, and evolve it
 *  3. keep it, if it is still the version that was read
 *  4. answer
 *  5. tell, if it is shown otherwise than before
 *
 * So nothing is told that isn't kept, and nothing of somebody who is invisible, whoever owned him before.
 * @throws stale-owner when somebody else has changed it meanwhile
 */
export async function turn(state: State, commands: Command[], world: World): Promise<Turned<State, Outcome<null>>> {
  const { principalId } = state;
  const read = await world.read(principalId);
  if (read === null) return nobody(state, commands);
  const now = world.now();
  const situation = { attendance: world.attendance(principalId, read.seen), now: now.toISOString() };
  let kept = read;
  let { typed } = state;
  const typing: string[] = [];
  for (const command of commands) {
    for (const event of decide(kept, command, situation)) kept = evolve(kept, event);
    if (command.type !== "type" || kept.status === "invisible") continue;
    const next = tellTyping(typed, command.conversationId, now.getTime());
    if (next) typing.push(command.conversationId);
    typed = next ?? typed;
  }
  if (kept !== read && !(await world.keep(principalId, kept))) throw staleOwner();
  return {
    state: { principalId, typed },
    answers: commands.map(() => ({ ok: null })),
    tell() {
      const [before, after] = [read, kept].map((one) => shown(principalId, one, "here", situation.now));
      if (after && JSON.stringify(after) !== JSON.stringify(before)) world.present(after);
      for (const conversationId of typing) world.type({ type: "typing", conversationId, principalId });
    },
  };
}

function nobody(state: State, commands: Command[]): Turned<State, Outcome<null>> {
  const answers = commands.map(() => ({ refused: refused("not-found", "There is no such principal") }));
  return { state, answers, tell: () => undefined };
}
