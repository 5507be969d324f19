import type { Posting, Stored } from "../../../contract/actions.ts";
import type { Outcome, Refusal } from "../../../contract/errors.ts";
import type { SignalsBackend } from "../presence/signals.ts";
import type { Hub } from "./hub.ts";
import type { Log } from "./log.ts";
import type { Bound } from "./sends.ts";

/** What a session does on its principal's behalf. */
export type Backend = {
  hub: Pick<Hub, "open" | "close">;
  read: Log["read"];
  /** Takes one of the writes that a principal's rate allows, or says why there is none. */
  overdrawn(principalId: string): Refusal | undefined;
  resolve(principalId: string, to: string): Promise<string>;
  bound(principalId: string, topic: string): Promise<Bound>;
  post(principalId: string, conversationId: string, messages: Posting[]): Promise<Outcome<Stored>[]>;
  /** Sets the read cursor and tells the principal's other sessions. */
  mark(principalId: string, conversationId: string, seq: number, sessionId: string): Promise<void>;
  signals: SignalsBackend;
  failed(error: unknown): void;
};
