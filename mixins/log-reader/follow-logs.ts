import type { Service } from "moleculer";
import { call } from "../call.ts";
import { fanOutOf } from "../fan-out/fan-out.middleware.ts";
import { LogReader, type Taker } from "./log-reader.ts";

/** A reader of all logs for a service, wired to persistence and the node's fan-out; it is the service's to start and stop. */
export function followLogs({ broker, logger, name }: Service, taker: Taker): LogReader {
  return new LogReader({
    log: {
      logs: (after) => call(broker, "persistence.logs", after === undefined ? {} : { after }),
      follow: (after) => call(broker, "persistence.follow", { after }),
    },
    fanOut: fanOutOf(broker),
    taker,
    failed: (error) => logger.warn(`${name} does not get on with the logs, and tries again:`, error),
  });
}
