import type { Kept } from "../../../contract/presence.ts";
import { isAging, isFresh } from "../status.ts";
import { evolve } from "./evolve.ts";
import type { Command, Event, Situation } from "./state.ts";

/** What a command makes happen. */
export function decide(kept: Kept, command: Command, situation: Situation): Event[] {
  switch (command.type) {
    case "choose": {
      const chosen: Event = { type: "chosen", choice: command.choice };
      return [chosen, ...settle(evolve(kept, chosen), situation)];
    }
    case "attend":
      return settle(kept, situation);
    case "type":
      return [];
  }
}

/** Who is visible is shown as here while he has a session; whoever may not have heard of one leaves it as it is. */
function settle(kept: Kept, { attendance, now }: Situation): Event[] {
  const visible = kept.status !== "invisible";
  if (visible && attendance === "unsure") return [];
  const here = visible && attendance === "here";
  if (here && kept.here) return isAging(kept.seen, now) ? [{ type: "stayed", at: now }] : [];
  if (here === kept.here) return [];
  if (here) return [{ type: "appeared", at: now }];
  // Others saw him until now; but if nobody has looked for long, he went when he was last known to be there.
  return [{ type: "vanished", at: isFresh(kept.seen, now) ? now : (kept.seen ?? now) }];
}
