import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { expect } from "chai";
import { Rest } from "../../../client/rest.ts";

/** Gateways that answer so, by their addresses. */
async function withGateways(answers: RequestListener[], use: (urls: string[]) => Promise<void>): Promise<void> {
  const servers = answers.map((answer) => createServer(answer).listen(0, "127.0.0.1"));
  try {
    await Promise.all(servers.map((server) => once(server, "listening")));
    const ports = servers.map((server) => {
      const address = server.address();
      return typeof address === "object" ? address?.port : undefined;
    });
    await use(ports.map((port) => `http://127.0.0.1:${port}`));
  } finally {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}

describe("the client's REST", () => {
  it("goes to another gateway where one says nothing, with what may be asked twice", async () => {
    const asked: string[] = [];
    const silent: RequestListener = ({ method }) => void asked.push(`silent ${method}`);
    const good: RequestListener = ({ method }, response) => {
      asked.push(`good ${method}`);
      response.end("{}");
    };
    await withGateways([silent, good], async (urls) => {
      const rest = new Rest(urls, "t", 50);
      const failure = await rest.ask("POST", "/bindings", {}).catch((error: unknown) => error);
      expect(failure).to.include({ name: "TimeoutError" });
      expect(await rest.ask("GET", "/me")).to.deep.equal({});
      expect(asked).to.deep.equal(["silent POST", "silent GET", "good GET"]);
    });
  });
});
