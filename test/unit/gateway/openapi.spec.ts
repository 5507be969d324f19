import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect } from "chai";
import Type from "typebox";
import { Message } from "../../../contract/conversation.ts";
import { bodies, Role } from "../../../contract/entry.ts";
import { Id, Page, Strict } from "../../../contract/scalars.ts";
import { api } from "../../../services/gateway/api.ts";
import { outside } from "../../../services/gateway/openapi/outside.ts";
import { named, Schemas } from "../../../services/gateway/openapi/schemas.ts";
import { openApi } from "../../../services/gateway/openapi.ts";

const document = openApi(api, "1.2.3");

/** All objects in a JSON value, each with its keys' path. */
function* objects(value: unknown, path = "#"): Generator<[path: string, object]> {
  if (typeof value !== "object" || value === null) return;
  yield [path, value];
  for (const [key, item] of Object.entries(value)) yield* objects(item, `${path}/${key}`);
}

describe("the OpenAPI document", () => {
  it("passes a linter with all of its recommended rules, but for three operations that are no calls", async () => {
    const config = await createConfig({ extends: ["recommended-strict"] });
    const faults = await lintFromString({ source: JSON.stringify(document), config });
    expect(faults.map(({ ruleId, location }) => [ruleId, location[0]?.pointer])).to.deep.equal([
      // An upgrade succeeds with 101; whether it runs, a server can only say well.
      ["operation-2xx-response", "#/paths/~1v1~1stream/get/responses"],
      ["operation-4xx-response", "#/paths/~1livez/get/responses"],
      ["operation-4xx-response", "#/paths/~1readyz/get/responses"],
    ]);
  });

  it("has every call that is answered, under its own name, and no other", () => {
    const routes = api.flatMap((table) => table.routes);
    const calls = routes.map(({ method, path, name }) => [`${method} /v1${path.replaceAll(/:(\w+)/g, "{$1}")}`, name]);
    const others = Object.entries(outside).map(([path, { get }]) => [`GET ${path}`, get.operationId]);
    const told = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [`${method.toUpperCase()} ${path}`, operationId]),
    );
    expect(told).to.have.deep.members([...calls, ...others]);
    expect(new Set(told.map(([, name]) => name)).size).to.equal(told.length);
  });

  it("shows a shape that occurs several times once, and refers to it", () => {
    const shapes = [...objects(document)].filter(([, value]) => "properties" in value);
    const paths = Map.groupBy(shapes, ([, shape]) => JSON.stringify(shape));
    expect([...paths.values()].filter((those) => those.length > 1)).to.deep.equal([]);
    const texts = Object.values(named).map(([schema]) => JSON.stringify(schema));
    expect(new Set(texts).size).to.equal(texts.length, "two names for one shape");
  });

  it("says what each call answers when all is well and when it isn't, and who may ask", () => {
    for (const [path, value] of objects(document.paths)) {
      if (!("operationId" in value && "responses" in value && "security" in value)) continue;
      expect(value, path).to.include.keys("summary", "tags");
      if (path.includes("/v1/") && value.operationId !== "stream") {
        expect(Object.keys(value.responses ?? {}), path).to.include.members(["400", "401", "403", "503"]);
        expect(JSON.stringify(value.security), path).to.match(/^\[\{"token":\["(read|send|admin)"\]\}\]$/);
      }
    }
  });

  it("is of its version, for the server that it comes from", () => {
    expect(document.openapi).to.match(/^3\.1\.\d+$/);
    expect([document.info.version, document.servers]).to.deep.equal(["1.2.3", [{ url: "/" }]]);
  });
});

describe("a schema in the document", () => {
  const show = (schema: Type.TSchema) => new Schemas().show(schema);

  it("is what it was, in plain JSON Schema", () => {
    expect(show(Strict({ n: Type.Optional(Type.Integer({ minimum: 1 })), b: Type.Boolean() }))).to.deep.equal({
      type: "object",
      required: ["b"],
      additionalProperties: false,
      properties: { n: { type: "integer", minimum: 1 }, b: { type: "boolean" } },
    });
    expect(show(Type.Union([Type.Literal("a"), Type.Literal("b")]))).to.deep.equal({
      type: "string",
      enum: ["a", "b"],
    });
    expect(show(Type.Union([Type.String(), Type.Null()]))).to.deep.equal({
      anyOf: [{ type: "string" }, { type: "null" }],
    });
    expect(show(Type.Enum(["a", "b"]))).to.deep.equal({ type: "string", enum: ["a", "b"] });
    expect(show(Type.Record(Type.String(), Type.Integer()))).to.deep.equal({
      type: "object",
      additionalProperties: { type: "integer" },
    });
    expect(show(Type.Array(Type.String(), { maxItems: 3 }))).to.deep.equal({
      type: "array",
      maxItems: 3,
      items: { type: "string" },
    });
  });

  it("is referred to where it has a name, also where it is optional", () => {
    const schemas = new Schemas();
    const shown = schemas.show(Strict({ id: Type.Optional(Id), role: Role }));
    expect(shown.properties).to.deep.equal({
      id: { $ref: "#/components/schemas/Id" },
      role: { $ref: "#/components/schemas/Role" },
    });
    expect(Object.keys(schemas.components)).to.deep.equal(["Id", "Role"]);
    expect(schemas.show(Page(Message))).to.deep.equal({ $ref: "#/components/schemas/MessagePage" });
    expect(Object.keys(schemas.components)).to.include.members(["Message", "MessagePage", "Time", "Data"]);
  });

  it("offers each of several shapes once", () => {
    expect(bodies.message).to.deep.equal(bodies.edit);
    const { anyOf }: { anyOf?: unknown } = show(Type.Union([bodies.message, bodies.edit, bodies.pin]));
    expect(anyOf).to.have.length(2);
  });
});
