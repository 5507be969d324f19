import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import Schema from "typebox/schema";
import { describeOnKustomize, overlays, renderedOf } from "../../support/kubernetes.ts";

const { kinds, $defs } = JSON.parse(readFileSync(join(import.meta.dirname, "kubernetes.json"), "utf8"));

/** What Kubernetes itself, of the release that `kubernetes.json` was made from, finds wrong in an object. */
function faultsOf(object: unknown): string[] {
  const { apiVersion, kind } = Object.assign({ apiVersion: "", kind: "" }, object);
  const schema = kinds[`${apiVersion} ${kind}`];
  if (schema === undefined) return [`${apiVersion} ${kind} is not among the kinds`];
  const [, errors] = Schema.Errors({ $defs, ...schema }, object);
  return errors.map(({ instancePath, message }) => `${kind} ${instancePath} ${message}`);
}

describeOnKustomize("manifests", () => {
  for (const overlay of overlays) {
    it(`${overlay} is what Kubernetes' own schemas allow, without an unknown field`, () => {
      const objects = renderedOf(overlay);
      expect(objects).not.to.deep.equal([]);
      expect(objects.flatMap(faultsOf)).to.deep.equal([]);
    });
  }

  it("the schemas find a typing error, a wrong type and what is missing", () => {
    const deployment = renderedOf("overlays/production").find((object) => Object(object).kind === "Deployment");
    const broken = (change: (object: { spec: Record<string, unknown> }) => void) => {
      const copy = structuredClone(Object(deployment));
      change(copy);
      return faultsOf(copy);
    };
    expect(broken(() => {})).to.deep.equal([]);
    expect(broken(({ spec }) => Object.assign(spec, { minReadySecond: 5 }))).not.to.deep.equal([]);
    expect(broken(({ spec }) => Object.assign(spec, { minReadySeconds: "5" }))).not.to.deep.equal([]);
    expect(broken(({ spec }) => delete spec.selector)).not.to.deep.equal([]);
  });
});
