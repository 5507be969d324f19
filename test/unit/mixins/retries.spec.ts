import { expect } from "chai";
import { Errors } from "moleculer";
import { refuse, typeOf } from "../../../contract/errors.ts";
import { Retries } from "../../../mixins/retries.ts";

const undelivered = () => new Errors.ServiceNotAvailableError({ action: "router.send" });
const lost = () => new Errors.RequestRejectedError({ action: "router.send" });

/** A call that fails with these, one after the other, and is answered then. */
function failing(...errors: Error[]) {
  const made = { calls: 0 };
  const call = async () => {
    made.calls += 1;
    const error = errors.shift();
    if (error) throw error;
    return "answered";
  };
  return { made, call };
}

describe("retries at the edge", () => {
  it("ask again where a call or its answer was lost", async () => {
    const { made, call } = failing(undelivered(), lost());
    expect(await new Retries().persist("router.send", call)).to.equal("answered");
    expect(made.calls).to.equal(3);
  });

  it("take a refusal for an answer", async () => {
    const { made, call } = failing(refuse("unavailable", "Too much is waiting"));
    expect(await new Retries().persist("router.send", call).catch(typeOf)).to.equal("unavailable");
    expect(made.calls).to.equal(1);
  });

  it("repeat what carries no key only if nobody took it", async () => {
    const refused = failing(undelivered());
    expect(await new Retries().persist("directory.create", refused.call)).to.equal("answered");
    const unknown = failing(lost());
    expect(await new Retries().persist("directory.create", unknown.call).catch(typeOf)).to.equal("REQUEST_REJECTED");
    expect(unknown.made.calls).to.equal(1);
  });

  it("G8 keep to a budget: where everything fails, they do not double the load", async () => {
    const retries = new Retries();
    let calls = 0;
    const fail = () => {
      calls += 1;
      return Promise.reject(lost());
    };
    const failures = Array.from({ length: 1000 }, () => retries.persist("router.send", fail).catch(typeOf));
    expect(new Set(await Promise.all(failures))).to.deep.equal(new Set(["REQUEST_REJECTED"]));
    expect(calls).to.be.within(1000, 1201);
  });
});
