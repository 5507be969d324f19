import type { TSchema } from "typebox";
import { isLimited, type Route } from "../route.ts";
import { referred } from "./headers.ts";
import { problemsOf } from "./problems.ts";
import type { Schemas } from "./schemas.ts";

/** One call of the API as an OpenAPI operation. */
export function operation(route: Route, table: string, schemas: Schemas) {
  const { name, summary, scope, body } = route;
  const parameters = [...pathParameters(route, schemas), ...queryParameters(route, schemas), ...resuming(route)];
  return {
    operationId: name,
    summary,
    tags: [table],
    security: [{ token: [scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(fieldsOf(body).length > 0 && { requestBody: requestBody(body, schemas) }),
    responses: { ...successes(route, schemas), ...problemsOf(route) },
  };
}

type Field = { name: string; schema: TSchema; required: boolean };

function fieldsOf(schema: TSchema): Field[] {
  const { properties = {}, required = [] }: { properties?: Record<string, TSchema>; required?: string[] } = schema;
  return Object.entries(properties).map(([name, field]) => ({
    name,
    schema: field,
    required: required.includes(name),
  }));
}

const pathParameters = ({ params }: Route, schemas: Schemas) =>
  fieldsOf(params).map(({ name, schema }) => ({ name, in: "path", required: true, schema: schemas.show(schema) }));

const queryParameters = ({ query }: Route, schemas: Schemas) =>
  fieldsOf(query).map(({ name, schema, required }) => ({
    name,
    in: "query",
    required,
    schema: schemas.show(schema),
    // Lists are divided by commas.
    ...("items" in schema && { style: "form", explode: false }),
  }));

const resuming = ({ answers }: Route) => (answers[200] === "events" ? [lastEventId] : []);

const lastEventId = {
  name: "Last-Event-ID",
  in: "header",
  description: "Seq of the last event that was seen; it goes before `after`",
  schema: { $ref: "#/components/schemas/CursorSeq" },
};

const requestBody = (body: TSchema, schemas: Schemas) => ({
  required: fieldsOf(body).some(({ required }) => required),
  content: { "application/json": { schema: schemas.show(body) } },
});

function successes(route: Route, schemas: Schemas) {
  const { answers, severalPlaces } = route;
  const limited = isLimited(route) ? ["RateLimit", "RateLimit-Policy"] : [];
  const json = (schema: TSchema) => ({ content: { "application/json": { schema: schemas.show(schema) } } });
  const { 200: found, 201: made, 204: done } = answers;
  const located = made ? [severalPlaces ? "LocationOfOne" : "Location", ...limited] : limited;
  return {
    ...(found === "events" && { 200: events }),
    ...(found && found !== "events" && { 200: { description: again(made), ...referred(located), ...json(found) } }),
    ...(made && { 201: { description: "It was made", ...referred(located), ...json(made) } }),
    ...(done && { 204: { description: "It is so now, or was already", ...referred(limited) } }),
  };
}

const again = (made: TSchema | undefined) => (made ? "It was there already" : "As asked for");

const events = {
  description:
    "Server-sent events (HTML Living Standard, 9.2), `id: <seq>`, `event: entry`, `data:` an Entry: first those after " +
    "the seq that was given, then live, without end. A comment at least every 30 s. It ends when one is no longer a " +
    "member, and for what closes a stream with 4401.",
  content: { "text/event-stream": { schema: { type: "string" } } },
};
