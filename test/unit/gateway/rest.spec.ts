import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect } from "chai";
import { refuse } from "../../../contract/errors.ts";
import { Rest } from "../../../services/gateway/rest.ts";

describe("whether a gateway is ready", () => {
  it("G8 costs one look at the database at a time, however many strangers ask", async () => {
    const looks: PromiseWithResolvers<void>[] = [];
    const rest = new Rest({
      find: async () => null,
      callerOf: () => {
        throw new Error("nobody calls");
      },
      probe: () => {
        const look = Promise.withResolvers<void>();
        looks.push(look);
        return look.promise;
      },
      logger: { error: () => {} },
    });
    const ask = async () => {
      const response = new ServerResponse(new IncomingMessage(new Socket()));
      const reason = await rest.ready(response).then(
        () => "",
        (error: unknown) => String(error),
      );
      return reason || response.statusCode;
    };
    const many = Array.from({ length: 100 }, ask);
    expect(looks).to.have.length(1);
    looks[0]?.resolve();
    expect(new Set(await Promise.all(many))).to.deep.equal(new Set([200]));
    const later = ask();
    expect(looks).to.have.length(2);
    looks[1]?.reject(refuse("unavailable", "The database is away"));
    expect(await later).to.include("The database is away");
  });
});
