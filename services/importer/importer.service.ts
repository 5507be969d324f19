import type { Context, Service, ServiceSchema } from "moleculer";
import type { Params } from "../../contract/actions.ts";
import { refuse } from "../../contract/errors.ts";
import { action, type Meta } from "../../mixins/call.ts";
import { checkAdministrator } from "../../mixins/caller.ts";
import { importArchive, type Progress } from "./run.ts";

/** The import under way on this node, if any. */
type Underway = { stop: AbortController; ended: Promise<unknown> };
const underway = new WeakMap<Service, Underway>();

/** An import takes as long as it takes. (Moleculer reads it; its types don't know it.) */
const unhurried = { timeout: 0 };

/** Brings archives of other systems in. For administrators, on the machine where the archive lies. */
const importer: ServiceSchema = {
  name: "importer",
  dependencies: ["persistence", "directory", "router"],

  actions: {
    run: {
      ...action("importer.run", async function (this: Service, ctx: Context<Params<"importer.run">, Meta>) {
        const { id: administratorId } = await checkAdministrator(ctx);
        if (underway.has(this)) throw refuse("conflict", "An import is under way; wait for its end");
        const stop = new AbortController();
        const progress = (progress: Progress) => this.broker.broadcastLocal("importer.progress", progress);
        const run = { broker: this.broker, administratorId, progress, stop: stop.signal };
        const ended = importArchive(ctx.params.path, run).finally(() => underway.delete(this));
        underway.set(this, { stop, ended });
        return ended;
      }),
      ...unhurried,
    },
  },

  methods: {
    /** Leaves an import where it is: another run goes on from there. */
    async drain(this: Service) {
      const current = underway.get(this);
      current?.stop.abort();
      await current?.ended.catch(() => undefined);
    },
  },
};

export default importer;
