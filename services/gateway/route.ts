import type { ServerResponse } from "node:http";
import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { ActionName, Params, Result } from "../../contract/actions.ts";
import { type RefusalName, refuse } from "../../contract/errors.ts";
import type { Notice } from "../../contract/events.ts";
import { BODY_BYTES } from "../../contract/limits.ts";
import type { Principal, Scope } from "../../contract/principal.ts";
import { Strict } from "../../contract/scalars.ts";
import { checker } from "../../mixins/schema-validator.ts";
import { typed } from "./query.ts";
import type { Allowance } from "./rate-limit.ts";

/** What one call of the API is: the tables in `routes/` list them, `endpoint.ts` answers them. */

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** Calls an action on the caller's behalf. */
export type Ask = <A extends ActionName>(name: A, params: Params<A>) => Promise<Result<A>>;
export type Answer = Whole | Stream;
type Whole = { status: 200 | 201 | 204; body?: unknown; location?: string };
/** A response that goes on: resolves when it has ended. */
type Stream = { stream(response: ServerResponse): Promise<void> };

/** What a call answers when all is well, by status: a body of this schema, none, or server-sent events. */
export type Answers = { 200?: TSchema | "events"; 201?: TSchema; 204?: "nothing" };

/** What `answer` may return, by what its call is said to answer. What was made has an address, unless it is in several places. */
type Answered<A extends Answers> = {
  [S in keyof A]: A[S] extends "events"
    ? Stream
    : A[S] extends "nothing"
      ? Whole & { status: S }
      : A[S] extends TSchema
        ? Whole & { status: S; body: Static<A[S]> } & (S extends 201 ? { location: string | undefined } : unknown)
        : never;
}[keyof A];

/** Who asks, and what is done for him. */
export type Caller = {
  principal: Principal;
  ask: Ask;
  /** Takes one of the writes that his rate allows. */
  spend(): Allowance | undefined;
  /** Tells him a conversation's entries after a seq as server-sent events, while he is a member. */
  follow(response: ServerResponse, conversationId: string, cursor: number): Promise<void>;
  /** Tells the caller's own streams. */
  notify(notice: Notice): void;
};

/** A request as it came: path and query as texts, the body as JSON, read when it is asked for. */
export type Raw = {
  path: Record<string, string>;
  query: Record<string, string>;
  /** A header, by its name in lower case. */
  header(name: string): string | undefined;
  body(most: number): Promise<unknown>;
};

/** What is told of a call: it validates, and it is what the API's document shows. */
type Description = {
  /** What clients that are made from the document call it. */
  name: string;
  /** A line. */
  summary: string;
  method: Method;
  /** Below `/v1`; `:name` stands for one segment. */
  path: string;
  scope: Scope;
  params: TSchema;
  query: TSchema;
  body: TSchema;
  answers: Answers;
  /** It may write entries though its scope is not `send`: the rate of writing is its too. */
  writes?: true;
  /** What is made may lie in several places, or in none that the caller may know of: then it has no address. */
  severalPlaces?: true;
};

export type Route = Description & {
  /** @throws not-found for a path that can't be, validation for any other part that its schema refuses; what actions throw */
  handle(raw: Raw, caller: Caller): Promise<Answer>;
};

type Definition<P extends TSchema, Q extends TSchema, B extends TSchema, A extends Answers> = Description & {
  params: P;
  query: Q;
  body: B;
  answers: A;
  /** Bytes that the body may have; 256 KiB where nothing is said. */
  bodyBytes?: number;
  answer(
    request: { path: Static<P>; query: Static<Q>; body: Static<B>; header: Raw["header"] } & Caller,
  ): Promise<Answered<A>>;
};

/** Whether it may write entries, whose rate is limited. */
export const isLimited = ({ scope, writes }: Description): boolean => scope === "send" || writes === true;

export const takesBody = (method: Method): boolean => method !== "GET" && method !== "DELETE";

/** Takes nothing. */
export const none = Strict({});

/** One line of a table: what is validated, and what is asked and answered with it. */
export function route<P extends TSchema, Q extends TSchema, B extends TSchema, A extends Answers>(
  definition: Definition<P, Q, B, A>,
): Route {
  const { bodyBytes = BODY_BYTES, answer, ...description } = definition;
  const { method, params, query, body } = description;
  const readPath = reader(params, "not-found", "There is nothing at this address");
  const readQuery = reader(query, "validation", "The query is not well-formed");
  const readBody = reader(body, "validation", "The body is not well-formed");
  return {
    ...description,
    async handle(raw, caller) {
      const request = {
        path: readPath(typed(params, raw.path)),
        query: readQuery(typed(query, raw.query)),
        body: readBody(takesBody(method) ? await raw.body(bodyBytes) : {}),
      };
      return answer({ ...request, header: raw.header, ...caller });
    },
  };
}

function reader<S extends TSchema>(schema: S, name: RefusalName, detail: string): (value: unknown) => Static<S> {
  const validator = Compile(schema);
  const faultsOf = checker(schema);
  return (value) => {
    if (validator.Check(value)) return value;
    throw refuse(name, detail, name === "validation" ? { errors: faultsOf(value) } : {});
  };
}
