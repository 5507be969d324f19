import type { Problem } from "./words.ts";

/** The server's no. `problem.status` 429 and 503 are told only once trying again has not helped. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** What ended a send without an answer. */
export type Reason =
  /** The outbox is full: it was not sent. */
  | "full"
  /** Its time was up, or the client was closed: it may be stored, and may be sent again with the same `clientMessageId`. */
  | "late"
  | "closed";

const sentences: Record<Reason, string> = {
  full: "Too much waits to be sent",
  late: "No answer came in time",
  closed: "The client was closed",
};

/** A send that nobody has answered. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
  readonly reason: Reason;
  readonly clientMessageId: string;

  constructor(reason: Reason, clientMessageId: string) {
    super(sentences[reason]);
    this.reason = reason;
    this.clientMessageId = clientMessageId;
  }
}
