import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { expect } from "chai";
import { LocalFanOut } from "../../../mixins/fan-out/local.ts";
import { EventStreams } from "../../../services/gateway/event-streams.ts";
import { listen } from "../../support/listen.ts";
import { until } from "../../support/until.ts";
import { credentialOf } from "./quiet-backend.ts";

const credential = credentialOf("ana");

const streams = () =>
  new EventStreams({ fanOut: new LocalFanOut(), find: async () => credential, read: async () => [], failed: () => {} });

const follow = (events: EventStreams, response: ServerResponse) => events.follow(response, credential, "c", 0);

/** A server that hands on its responses, by its port. */
async function withServer(
  answer: (response: ServerResponse) => Promise<void>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const server = createServer((_request, response) => void answer(response));
  try {
    await use(await listen(server));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("the event streams of a gateway", () => {
  it("G8 keep no place for a client that has gone while it was let in", async () => {
    const events = streams();
    let isOver = false;
    await withServer(
      async (response) => {
        await once(response, "close");
        await follow(events, response);
        isOver = true;
      },
      async (port) => {
        const client = connect(port, "127.0.0.1");
        client.write("GET / HTTP/1.1\r\nHost: wirehouse\r\n\r\n", () => client.destroy());
        await until(() => isOver, "the stream's end");
        expect(events.open).to.equal(0);
      },
    );
  });

  it("G7 end at once where the gateway is stopping: nothing waits for them, and their clients go elsewhere", async () => {
    const events = streams();
    await withServer(
      (response) => follow(events, response),
      async (port) => {
        events.stop();
        const response = await fetch(`http://127.0.0.1:${port}`);
        expect([response.status, await response.text(), events.open]).to.deep.equal([200, "", 0]);
      },
    );
  });
});
