import { once } from "node:events";
import type { Server } from "node:http";
import type { Service } from "moleculer";
import { CannotStart } from "../../contract/errors.ts";

/**
 * In place of moleculer-web's own start, which only logs that it can't have an address, and then waits for ever.
 * @throws CannotStart
 */
export async function listen(server: Server, port: number, host: string, logger: Service["logger"]): Promise<void> {
  server.removeAllListeners("error");
  server.listen(port, host);
  await once(server, "listening").catch(({ message }: Error) => {
    throw new CannotStart(`REST cannot be served: ${message} (PORT and WIREHOUSE_HOST say where)`);
  });
  server.on("error", (error) => logger.error("A connection could not be taken", error));
}
