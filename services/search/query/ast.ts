import type { Address } from "../../../contract/address.ts";
import type { Phrase } from "../text/terms.ts";

/** What leads to a conversation. */
export type Place = Exclude<Address, { kind: "topic" }>;

/** What a query asks for. All of it must hold of a message. */
export type Query = {
  phrases: Phrase[];
  /** Handles. */
  from: string[];
  in: Place[];
  /** Sent then or later; milliseconds since 1970. */
  since: number;
  /** Sent earlier. */
  until: number;
  link: boolean;
  thread: boolean;
};
