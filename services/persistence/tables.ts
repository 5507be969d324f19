import type { EntryType, Kind, Role } from "../../contract/entry.ts";
import type { Choice } from "../../contract/presence.ts";
import type { PrincipalKind, PrincipalRole } from "../../contract/principal.ts";

/** Rows as the database gives them. Databases without booleans give 0 and 1. */
type Flag = boolean | number;

export type ConversationRow = {
  id: string;
  kind: Kind;
  name: string | null;
  /** What a direct conversation's pair is found by (`directKey`). */
  key: string | null;
  private: Flag;
  purpose: string;
  archived: Flag;
  importing: Flag;
  creator_id: string;
  head_seq: number;
  head_hash: Buffer;
  head_ordinal: number;
  head_at: string;
  member_count: number;
};

export type MemberRow = {
  conversation_id: string;
  principal_id: string;
  role: Role;
  joined_seq: number;
  read_seq: number;
  /** Messages up to `read_seq`. */
  read_ordinal: number;
  /** Mentions since the join. */
  mentioned: number;
  /** How many of them lie at or below `read_seq`. */
  mentioned_read: number;
};

export type EntryRow = {
  conversation_id: string;
  seq: number;
  type: EntryType;
  sender_id: string;
  client_message_id: string | null;
  command_id: string | null;
  /** Of `command_id` and the entry's hash. */
  command_seal: Buffer | null;
  reply_to: number | null;
  target_seq: number | null;
  /** RFC 8785 text. */
  body: string | null;
  body_hash: Buffer;
  sent_at: string;
  prev_hash: Buffer;
  hash: Buffer;
  ordinal: number;
  /** The later entry of the same target that this one gave way to: a version to the next or to a redaction, a mark to its successor. */
  overtaken_by: number | null;
  /** Of a message: its replies that are not redacted. */
  replies: number;
};

/** A message with its last version, if it was edited. */
export type MessageRow = EntryRow & {
  /** RFC 8785 text. */
  version: string | null;
  edited_at: string | null;
};

export type PrincipalRow = {
  id: string;
  handle: string;
  name: string;
  kind: PrincipalKind;
  role: PrincipalRole;
  disabled: Flag;
  /** JSON array of patterns, or null for none. */
  publish: string | null;
};

export type BindingRow = {
  id: string;
  pattern: string;
  conversation_id: string;
  maker_id: string;
  /** The directory's revision that its last change led to. */
  changed: number;
  removed_at: string | null;
};

export type GroupRow = { name: string; conversation_id: string };

export type PresenceRow = {
  principal_id: string;
  status: Choice["status"];
  text: string | null;
  until: string | null;
  seen: string | null;
  here: Flag;
  version: number;
};

export type TokenRow = {
  id: string;
  principal_id: string;
  hash: Buffer;
  label: string;
  /** JSON array, or null for all that the role allows. */
  scopes: string | null;
  expires_at: string | null;
  created_at: string;
};
