import type { Context, Service, ServiceSchema } from "moleculer";
import type { DirectoryChanged } from "../../contract/events.ts";
import { call } from "../call.ts";
import { once } from "../once.ts";
import { DirectoryView } from "./directory-view.ts";

/** Milliseconds between two looks at the revision: with the event lost, what was revoked holds no longer than this. */
const CHECK = 500;

type Viewing = { view: DirectoryView; checking?: NodeJS.Timeout };
const viewing = new WeakMap<Service, Viewing>();

function of(service: Service): Viewing {
  const found = viewing.get(service);
  if (!found) throw new Error(`${service.name} has no view of the directory`);
  return found;
}

/** The view of a service that has the mixin. */
export const directoryOf = (service: Service): DirectoryView => of(service).view;

/** Gives a service a view of the directory: `directoryOf(this)`. */
export const directoryView: Partial<ServiceSchema> = {
  dependencies: ["directory"],
  created(this: Service) {
    const { broker } = this;
    const view = new DirectoryView({
      revision: () => call(broker, "directory.revision", {}),
      lookup: (handles) => call(broker, "directory.lookup", { handles }),
      credentials: (tokenHashes) => call(broker, "directory.credentials", { tokenHashes }),
      senders: (ids) => call(broker, "directory.senders", { ids }),
    });
    viewing.set(this, { view });
  },
  async started(this: Service) {
    const mine = of(this);
    const failed = once((reason) => this.logger.warn(`The directory does not tell its revision: ${reason}`));
    mine.checking = setInterval(() => mine.view.check().catch((error: Error) => failed(error.message)), CHECK);
  },
  async stopped(this: Service) {
    clearInterval(of(this).checking);
  },
  events: {
    "directory.changed"(this: Service, ctx: Context<DirectoryChanged>) {
      directoryOf(this).heard(ctx.params.revision);
    },
  },
};
