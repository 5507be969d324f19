import type { Service, ServiceBroker } from "moleculer";
import { type Outcome, refusalOf, thrown } from "../../contract/errors.ts";
import { LOOKUP_ITEMS } from "../../contract/limits.ts";
import type { Kept } from "../../contract/presence.ts";
import { actor } from "../../mixins/actor/actor.mixin.ts";
import { call } from "../../mixins/call.ts";
import { fanOutOf } from "../../mixins/fan-out/fan-out.middleware.ts";
import { Gathered } from "../../mixins/gathered.ts";
import type { Attendance, Command } from "./principal/state.ts";
import { type State, turn, type World } from "./turn.ts";

/** Actors that stay in memory, and how long (milliseconds): they hold next to nothing. */
const RESIDENCE = { most: 20_000, idle: 60_000 };
/** Bytes of a command, at most. */
const COMMAND = 1024;

/** One actor a principal: what is kept of him is changed, and told, in its turns alone. */
export const principals = (attendance: (service: Service, principalId: string, seen: string | null) => Attendance) =>
  actor<State, Command, Outcome<null>>((service) => {
    const { broker } = service;
    const world: World = {
      ...keeping(broker),
      attendance: (principalId, seen) => attendance(service, principalId, seen),
      present: (presence) => fanOutOf(broker).present(presence),
      type: (typing) => fanOutOf(broker).type(typing),
      now: () => new Date(),
    };
    return {
      activate: async (principalId) => ({ principalId, typed: new Map() }),
      turn: (state, commands) => turn(state, commands, world),
      crashed: (error) => ({ refused: refusalOf(error) }),
    };
  }, RESIDENCE);

/** Reads and writes of many turns at once go in few calls. */
function keeping(broker: ServiceBroker): Pick<World, "read" | "keep"> {
  const reads = new Gathered<Kept>(LOOKUP_ITEMS, async (principalIds) => {
    const found = await call(broker, "persistence.presences", { principalIds });
    return new Map(found.map(({ principalId, kept }) => [principalId, kept]));
  });
  const changed = new Map<string, Kept>();
  const writes = new Gathered<boolean>(LOOKUP_ITEMS, async (principalIds) => {
    const changes = principalIds.flatMap((principalId) => {
      const kept = changed.get(principalId);
      return kept ? [{ principalId, kept }] : [];
    });
    const outcomes = await call(broker, "persistence.keepPresences", { changes });
    return new Map(changes.map(({ principalId }, index) => [principalId, outcomes[index] ?? false]));
  });
  return {
    read: (principalId) => reads.find(principalId),
    async keep(principalId, kept) {
      changed.set(principalId, kept);
      try {
        return await writes.find(principalId);
      } finally {
        changed.delete(principalId);
      }
    },
  };
}

export type Principals = ReturnType<typeof principals>;

/** @throws what the actor refuses with */
export async function tell(actors: Principals, service: Service, principalId: string, command: Command): Promise<void> {
  const [outcome] = await actors.actorsOf(service).tell(principalId, [command], COMMAND);
  if (outcome === undefined) throw new Error("a command without an answer");
  if ("refused" in outcome) throw thrown(outcome.refused);
}
