import type { ServiceBroker } from "moleculer";
import { LOOKUP_ITEMS } from "../../contract/limits.ts";
import type { Presence } from "../../contract/presence.ts";
import { bareHandle } from "../../contract/principal.ts";
import { nodesOf, Owners } from "../../mixins/actor/owners.ts";
import { call, callAt } from "../../mixins/call.ts";
import type { DirectoryView } from "../../mixins/directory-view/directory-view.ts";
import type { FanOut } from "../../mixins/fan-out/fan-out.ts";
import { Gathered } from "../../mixins/gathered.ts";
import { Attendance } from "./presence/attendance.ts";
import type { SignalsBackend } from "./presence/signals.ts";
import { Watches } from "./presence/watches.ts";
import { Rounds } from "./stream/rounds.ts";

/** Milliseconds for a presence node to take a beat: the next one makes up for it. */
const BEAT_TIMEOUT = 3_000;

type Options = {
  broker: ServiceBroker;
  fanOut: FanOut;
  directory: Pick<DirectoryView, "byHandle">;
  failed(error: unknown): void;
};

/** What sessions say and are told besides messages, as one gateway takes part in it. */
export type Signals = SignalsBackend & {
  start(): void;
  /** Tells of the sessions that have ended, while it still can. */
  goodbye(): Promise<void>;
  stop(): void;
};

/** Wires presence, typing and watching to the rest of the system. */
export function signalsOf({ broker, fanOut, directory, failed }: Options): Signals {
  const nodes = () => nodesOf(broker, "presence");
  const attendance = new Attendance({
    gateway: broker.nodeID,
    owners: new Owners(nodes),
    nodes,
    tell: (node, beat) => callAt(broker, node, "presence.beat", beat, BEAT_TIMEOUT),
    failed,
  });
  const states = new Gathered<Presence>(LOOKUP_ITEMS, async (principalIds) => {
    const found = await call(broker, "presence.states", { principalIds });
    return new Map(found.map((state) => [state.principalId, state]));
  });
  const watches = new Watches({
    fanOut,
    resolve: async (addresses) => {
      const found = await directory.byHandle(addresses.map(bareHandle));
      return [...found.values()].map(({ id }) => id);
    },
    state: (principalId) => states.find(principalId),
    failed,
  });
  const rounds = new Rounds({ everybody: watches.principals, visit: (some) => watches.refresh(some), failed });
  fanOut.onReconnected(() => rounds.hasten());
  return {
    attendance,
    watches,
    choose: (principalId, choice) => call(broker, "presence.choose", choice, { principalId }),
    type: (principalId, conversationId) =>
      call(broker, "presence.type", { principalId, conversationId }, { principalId }),
    failed,
    start() {
      attendance.start();
      watches.start();
      rounds.start();
    },
    goodbye: () => attendance.flush(),
    stop() {
      attendance.stop();
      watches.stop();
      rounds.stop();
    },
  };
}
