import { expect } from "chai";
import type { ServiceSchema } from "moleculer";
import { action, call } from "../../../mixins/call.ts";
import { withBroker } from "../../support/with-broker.ts";

const resolver: ServiceSchema = {
  name: "router",
  actions: { resolve: action("router.resolve", ({ params }) => ({ conversationId: params.to })) },
};

const faults = (params: object) =>
  withBroker([resolver], (broker) =>
    broker.call("router.resolve", params).then(
      () => [],
      ({ type, code, data }) => [type, code, data.errors],
    ),
  );

describe("an action's schema", () => {
  it("lets through what is well-formed", async () => {
    await withBroker([resolver], async (broker) => {
      expect(await call(broker, "router.resolve", { to: "#fx" })).to.deep.equal({ conversationId: "#fx" });
    });
  });

  it("refuses anything else as `validation`, and says once a field what is wrong", async () => {
    expect(await faults({})).to.deep.equal(["validation", 400, [{ field: "to", message: "is required" }]]);
    expect(await faults({ to: 5 })).to.deep.equal(["validation", 400, [{ field: "to", message: "must be string" }]]);
    expect(await faults({ to: "#fx", too: 1, constructor: 2 })).to.deep.equal([
      "validation",
      400,
      [
        { field: "too", message: "is not known here" },
        { field: "constructor", message: "is not known here" },
      ],
    ]);
  });
});
