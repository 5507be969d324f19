import type { ServiceBroker } from "moleculer";
import type { ImportSummary } from "../../contract/actions.ts";
import { call } from "../../mixins/call.ts";
import { directory } from "../../services/directory/directory.service.ts";
import importer from "../../services/importer/importer.service.ts";
import { persistence } from "../../services/persistence/persistence.service.ts";
import router from "../../services/router/router.service.ts";
import { onSqlite } from "./on-sqlite.ts";
import { withBroker, withFolder } from "./with-broker.ts";

/** Everything an import needs, on a new data folder. */
export const withWirehouse = <T>(use: (broker: ServiceBroker) => Promise<T>): Promise<T> =>
  withFolder((data) =>
    withBroker([persistence(onSqlite(data)), directory(() => "t".repeat(32)), router, importer], async (broker) => {
      await broker.waitForServices(["persistence", "directory", "router", "importer"]);
      return use(broker);
    }),
  );

export async function as(broker: ServiceBroker, handle: string): Promise<{ principalId: string }> {
  return { principalId: (await call(broker, "directory.get", { handle })).id };
}

export const run = async (broker: ServiceBroker, path: string): Promise<ImportSummary> =>
  call(broker, "importer.run", { path }, await as(broker, "admin"));
