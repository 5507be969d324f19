import { inspect } from "node:util";
import { Errors } from "moleculer";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { Receipt } from "./entry.ts";
import { ClientMessageId, Id } from "./scalars.ts";

/**
 * The one table of refusals: what goes wrong, by name. The name is the error's `type` inside and the end of the
 * problem's URN at the edge (RFC 9457). Errors are matched by `type`, never by class: one from another node is rebuilt.
 */
export const refusals = {
  validation: { status: 400, title: "The request is not well-formed", retryable: false },
  unauthorized: { status: 401, title: "A valid token is needed", retryable: false },
  forbidden: { status: 403, title: "This is not allowed to you", retryable: false },
  "not-a-member": { status: 403, title: "Only members may do this", retryable: false },
  disabled: { status: 403, title: "The principal is disabled", retryable: false },
  "not-found": { status: 404, title: "There is no such thing", retryable: false },
  "nothing-bound": { status: 404, title: "Nothing is bound to the topic", retryable: false },
  "method-not-allowed": { status: 405, title: "The method is not offered here", retryable: false },
  conflict: { status: 409, title: "It conflicts with what is there", retryable: false },
  "idempotency-conflict": {
    status: 409,
    title: "The clientMessageId was used for another message",
    retryable: false,
  },
  "ambiguous-address": { status: 409, title: "The address names several conversations", retryable: false },
  archived: { status: 409, title: "The conversation is archived", retryable: false },
  redacted: { status: 409, title: "The message is redacted", retryable: false },
  "last-owner": { status: 409, title: "The last owner must stay", retryable: false },
  "too-large": { status: 413, title: "The request is too large", retryable: false },
  "unsupported-media-type": { status: 415, title: "The body must be JSON in UTF-8", retryable: false },
  "too-many": { status: 429, title: "Too many requests", retryable: true },
  internal: { status: 500, title: "An unexpected error", retryable: false },
  unavailable: { status: 503, title: "Not available at the moment", retryable: true },
} as const;

export type RefusalName = keyof typeof refusals;

export const FieldFault = Type.Object({ field: Type.String(), message: Type.String() });
export type FieldFault = Static<typeof FieldFault>;

/** What an error carries besides its name. */
export type RefusalData = {
  errors?: FieldFault[];
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
  /** Of a message to a topic that some conversation could not answer: what became of it in the others. */
  sent?: PartlySent;
  /** Of a message to a topic: its sender is in the conversation that refuses, so he may know of it. */
  seen?: true;
};

/** Seconds: long enough to spread a storm, short enough for a restart to go unnoticed. */
const RETRY_AFTER = 1;

/** What keeps a process from starting: a sentence that says what to do, to be read and not debugged. */
export class CannotStart extends Error {
  override readonly name = "CannotStart";

  /** Who logs it writes its message already; a stack after it would bury the sentence. */
  [inspect.custom](): string {
    return "(it cannot start)";
  }
}

/** A refusal as a Moleculer error: `type` is its name, `code` its status. */
export function refuse(name: RefusalName, detail: string, data: RefusalData = {}): Errors.MoleculerError {
  const { status, retryable } = refusals[name];
  if (!retryable) return new Errors.MoleculerClientError(detail, status, name, data);
  return new Errors.MoleculerRetryableError(detail, status, name, { retryAfter: RETRY_AFTER, ...data });
}

/** A refusal as a value, for answers that hold several outcomes and for what crosses the wire. */
export type Refusal = { type: RefusalName; detail: string; data?: RefusalData };

export const refused = (type: RefusalName, detail: string, data?: RefusalData): Refusal =>
  data ? { type, detail, data } : { type, detail };

export const thrown = (refusal: Refusal): Errors.MoleculerError => refuse(refusal.type, refusal.detail, refusal.data);

/** An outcome of one command of several: its answer, or why it was refused. */
export type Outcome<T> = { ok: T } | { refused: Refusal };

const urnOf = (name: string) => `urn:wirehouse:problem:${name}`;

const details = {
  type: Type.Enum(Object.keys(refusals).map(urnOf)),
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String(),
  errors: Type.Optional(Type.Array(FieldFault)),
  retryAfter: Type.Optional(Type.Number({ minimum: 0 })),
};

/** RFC 9457 problem details. */
export const ProblemDetails = Type.Object(details);

const Count = Type.Integer({ minimum: 0 });

/** A conversation that refused a message to a topic. */
export const Refused = Type.Object({ conversationId: Id, problem: ProblemDetails });
/** Conversations that one is not in: bare numbers, the one thing that is told of what one can't see. */
export const Unseen = Type.Object({ stored: Count, refused: Count });

/** What became of a message to a topic: receipts are of the conversations that its sender is in. */
export const TopicReceipts = Type.Object({ receipts: Type.Array(Type.Union([Receipt, Refused])), unseen: Unseen });
export type TopicReceipts = Static<typeof TopicReceipts>;

/** Some conversation could not answer: the same with this `clientMessageId` finishes it. */
const PartlySent = Type.Object({ ...TopicReceipts.properties, clientMessageId: ClientMessageId });
type PartlySent = Static<typeof PartlySent>;
const partlySent = Compile(PartlySent);

/** What is answered to a request that is refused. */
export const Problem = Type.Object({ ...details, ...Type.Partial(PartlySent).properties });
export type Problem = Static<typeof Problem>;

export const isRefusalName = (name: unknown): name is RefusalName =>
  typeof name === "string" && Object.hasOwn(refusals, name);

/** The `type` of an error, whichever node it comes from. */
export const typeOf = (error: unknown): unknown => (error instanceof Error && "type" in error ? error.type : undefined);

/**
 * What an error is to a caller. Known refusals pass; what Moleculer says of lost nodes, timeouts and full queues is
 * `unavailable` (the outcome is unknown: try again with the same key); anything else is a bug and tells nothing.
 */
export function refusalOf(error: unknown): Refusal {
  const type = typeOf(error);
  if (error instanceof Error && isRefusalName(type)) {
    return refused(type, error.message, dataOf(error));
  }
  if (error instanceof Error && "retryable" in error && error.retryable === true) {
    return refused("unavailable", "A part of the system does not answer; try again", { retryAfter: RETRY_AFTER });
  }
  return refused("internal", "Something went wrong on our side; it has been logged");
}

function dataOf(error: Error): RefusalData {
  const data: RefusalData = {};
  if (!("data" in error) || typeof error.data !== "object" || error.data === null) return data;
  if ("errors" in error.data && Array.isArray(error.data.errors)) data.errors = error.data.errors;
  if ("retryAfter" in error.data && typeof error.data.retryAfter === "number") data.retryAfter = error.data.retryAfter;
  if ("sent" in error.data && partlySent.Check(error.data.sent)) data.sent = error.data.sent;
  return data;
}

export function problemOf(refusal: Refusal): Problem {
  const { status, title } = refusals[refusal.type];
  return {
    type: urnOf(refusal.type),
    title,
    status,
    detail: refusal.detail,
    ...(refusal.data?.errors ? { errors: refusal.data.errors } : {}),
    ...(refusal.data?.retryAfter === undefined ? {} : { retryAfter: refusal.data.retryAfter }),
    ...refusal.data?.sent,
  };
}
