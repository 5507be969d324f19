import { STATUS_CODES } from "node:http";
import { refusals } from "../../../contract/errors.ts";
import { isLimited, type Route, takesBody } from "../route.ts";
import { referred } from "./headers.ts";

/** What calls may be refused with: one response a status, which all calls share. 405 belongs to no call of its own. */
const statuses = [400, 401, 403, 404, 409, 413, 415, 429, 503];

/** Headers that only these have. */
const headers: Record<number, string[]> = {
  401: ["WWW-Authenticate"],
  429: ["Retry-After", "RateLimit", "RateLimit-Policy"],
  503: ["Retry-After"],
};

const nameOf = (status: number): string => (STATUS_CODES[status] ?? "").replaceAll(" ", "");

const titles = (status: number): string =>
  Object.entries(refusals)
    .filter(([, refusal]) => refusal.status === status)
    .map(([name, { title }]) => `\`${name}\`: ${title}`)
    .join("; ");

/** The document's `components.responses`. */
export const problemResponses = Object.fromEntries(
  statuses.map((status) => [
    nameOf(status),
    {
      description: titles(status),
      ...referred(headers[status]),
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  ]),
);

/** Responses with problems, by status. */
export const refusedWith = (...among: number[]): Record<string, { $ref: string }> =>
  Object.fromEntries(among.map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]));

/** Responses of a call that is refused. */
export function problemsOf(route: Route): Record<string, { $ref: string }> {
  const { method, scope, params, answers } = route;
  const writes = scope !== "read";
  /** What is named, in the path or by an address, may not be there. */
  const names = scope === "send" || ("required" in params && params.required !== undefined);
  /** Entries are limited by rate, event streams by number. */
  const limited = isLimited(route) || answers[200] === "events";
  const apt: Record<number, boolean> = {
    404: names,
    409: writes,
    413: takesBody(method),
    415: takesBody(method),
    429: limited,
  };
  return refusedWith(...statuses.filter((status) => apt[status] ?? true));
}
