import { Problem } from "../../contract/errors.ts";
import type { Table } from "./api.ts";
import { headers } from "./openapi/headers.ts";
import { operation } from "./openapi/operation.ts";
import { outside, outsideSchemas, outsideTags } from "./openapi/outside.ts";
import { problemResponses } from "./openapi/problems.ts";
import { Schemas } from "./openapi/schemas.ts";

const about = `Messages of a company: people, applications and alerts, in conversations whose logs are kept in order.

- Lists come in pages of at most \`limit\` items; only \`"next": null\` ends one.
- Unknown fields and query parameters are refused. Bodies are I-JSON (RFC 7493), up to 256 KiB.
- What goes wrong is a problem (RFC 9457). A method that a path does not offer is 405, with \`Allow\`.
- What one may not know of answers as what does not exist.
- After a 503 or a broken connection it isn't known whether a message was stored: send it again with the same
  \`clientMessageId\`.`;

/** The OpenAPI document of these calls: made of what validates them, so that it can't say anything else. */
export function openApi(tables: readonly Table[], version: string) {
  const schemas = new Schemas();
  schemas.show(Problem);
  const paths: Record<string, object> = {};
  for (const { name, routes } of tables) {
    for (const route of routes) {
      const path = `/v1${route.path.replaceAll(/:(\w+)/g, "{$1}")}`;
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, name, schemas) };
    }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Wirehouse",
      version,
      description: about,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    tags: [...tables.map(({ name, about: description }) => ({ name, description })), ...outsideTags],
    paths: { ...paths, ...outside },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "A token of a principal's" } },
      schemas: { ...schemas.components, ...outsideSchemas },
      responses: problemResponses,
      headers,
    },
  };
}
