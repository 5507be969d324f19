import { createServer } from "node:http";
import { expect } from "chai";
import type { WireEntry } from "../../../contract/entry.ts";
import { EventStream } from "../../../services/gateway/stream/event-stream.ts";
import { listen } from "../../support/listen.ts";
import { until } from "../../support/until.ts";
import { entry } from "./stream-world.ts";

describe("an event stream", () => {
  it("G4 finds what was announced to nobody: the log is asked when nothing was heard for a while", async () => {
    const log: WireEntry[] = [entry("c", 1, "message")];
    let reads = 0;
    let stream: EventStream | undefined;
    const server = createServer((_request, response) => {
      stream = new EventStream({
        response,
        cursor: 0,
        alive: 5,
        read: async (after) => {
          reads++;
          return log.filter(({ seq }) => seq > after);
        },
        subscribe: () => () => {},
        failed: () => {},
      });
      void stream.run({});
    });
    try {
      const response = await fetch(`http://127.0.0.1:${await listen(server)}`);
      await until(() => reads >= 2, "the log's end");
      log.push(entry("c", 2, "message"), entry("c", 3, "message"));
      const before = reads;
      await until(() => reads >= before + 4, "looks at the log");
      stream?.close();
      const told = await response.text();
      expect([...told.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))).to.deep.equal([1, 2, 3]);
      expect(told).to.match(/^: alive$/m);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
