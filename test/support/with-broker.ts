import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import { brokerOptions } from "../../moleculer.config.ts";

/** A broker with these services, as in production but silent, for one test: it is stopped whatever happens. */
export async function withBroker<T>(schemas: ServiceSchema[], use: (broker: ServiceBroker) => Promise<T>): Promise<T> {
  const broker = new ServiceBroker({ ...brokerOptions, logger: false, skipProcessEventRegistration: true });
  for (const schema of schemas) broker.createService(schema);
  try {
    await broker.start();
    return await use(broker);
  } finally {
    await broker.stop();
  }
}

/** A new folder, gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "wirehouse-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
