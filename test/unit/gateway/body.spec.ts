import { createServer } from "node:http";
import { connect } from "node:net";
import { expect } from "chai";
import { refusalOf } from "../../../contract/errors.ts";
import { readBody } from "../../../services/gateway/body.ts";
import { listen } from "../../support/listen.ts";
import { until } from "../../support/until.ts";

describe("a request's body", () => {
  it("that ended before it was looked at is refused: nobody waits for it for ever", async () => {
    let outcome: string | undefined;
    const server = createServer((request) => {
      request.once("close", async () => {
        outcome = await readBody(request, 100).then(String, (error: unknown) => refusalOf(error).type);
      });
    });
    try {
      const client = connect(await listen(server), "127.0.0.1");
      const head =
        "POST / HTTP/1.1\r\nHost: wirehouse\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{";
      client.write(head, () => client.destroy());
      await until(() => outcome !== undefined, "an outcome");
      expect(outcome).to.equal("validation");
    } finally {
      server.close();
    }
  });
});
