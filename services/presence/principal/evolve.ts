import type { Kept } from "../../../contract/presence.ts";
import type { Event } from "./state.ts";

/** What is kept after an event. */
export function evolve(kept: Kept, event: Event): Kept {
  switch (event.type) {
    case "chosen": {
      const { status, text, until } = event.choice;
      return { ...kept, status, text: text || null, until: until ?? null };
    }
    case "appeared":
    case "stayed":
      return { ...kept, here: true, seen: event.at };
    case "vanished":
      return { ...kept, here: false, seen: event.at };
  }
}
