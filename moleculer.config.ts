import { type BrokerOptions, Strategies } from "moleculer";
import { Rendezvous } from "./mixins/actor/rendezvous.strategy.ts";
import { drainFirst } from "./mixins/drain.middleware.ts";
import { LocalFirst } from "./mixins/local-first.strategy.ts";
import { checkSchemas } from "./mixins/schema.middleware.ts";

Strategies.register("Rendezvous", Rendezvous);

/** What every broker of ours has in common, whatever starts it: the runner, the importer, a test. */
export const brokerOptions: BrokerOptions = {
  registry: { strategy: LocalFirst, preferLocal: false },
  /** Milliseconds: a call that takes longer has an unknown outcome. */
  requestTimeout: 10_000,
  tracking: { enabled: true, shutdownTimeout: 20_000 },
  middlewares: [checkSchemas, drainFirst],
};
