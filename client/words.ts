/**
 * The words of the contract as its clients see them. Written out here, so that who installs the library installs nothing
 * else with it; `test/unit/client/words.spec.ts` holds them to `contract/`.
 */

export type Kind = "direct" | "room" | "channel" | "broadcast";
export type Role = "owner" | "member" | "reader";
export type Status = "online" | "away" | "dnd" | "offline";
export type Data = Record<string, unknown>;

type Version = { text: string; data?: Data; mentions?: string[]; salt: string };

/** What an entry says, by its type. */
export type Bodies = {
  create: { kind: Kind; private: boolean; name?: string; purpose?: string };
  message: Version;
  edit: Version;
  redact: { reason?: string };
  reaction: { emoji: string; on: boolean };
  join: { principalId: string; role: Role };
  leave: { principalId: string };
  role: { principalId: string; role: Role };
  rename: { name: string };
  purpose: { purpose: string };
  archive: { on: boolean };
  pin: { on: boolean };
};

export type EntryType = keyof Bodies;

/** One line of a conversation's log; without `body` where a later edit or redaction overtook it. */
export type Entry = {
  [T in EntryType]: {
    type: T;
    conversationId: string;
    /** From 1, without a gap. */
    seq: number;
    senderId: string;
    clientMessageId?: string;
    replyTo?: number;
    targetSeq?: number;
    body?: Bodies[T];
    /** RFC 3339, UTC, milliseconds. */
    sentAt: string;
    bodyHash: string;
    prevHash: string;
    hash: string;
  };
}[EntryType];

/** A message is stored: here, for good. */
export type Receipt = { conversationId: string; seq: number; sentAt: string; hash: string };

/** What became of a message to a topic: in conversations one is in, and, as numbers, in others. */
export type Published = {
  receipts: (Receipt | { conversationId: string; problem: Problem })[];
  unseen: { stored: number; refused: number };
};

/**
 * RFC 9457. `retryAfter`: seconds. Of a message to a topic that not all conversations could answer also what became of it in
 * the others, and the `clientMessageId` with which the same finishes it.
 */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
  retryAfter?: number;
  clientMessageId?: string;
} & Partial<Published>;

export type Presence = {
  principalId: string;
  status: Status;
  text?: string;
  until?: string;
  lastSeen?: string;
};

/** What one says of oneself. */
export type ChosenPresence = { status: Exclude<Status, "offline"> | "invisible"; text?: string; until?: string };

export type Message = { text: string; data?: Data; clientMessageId?: string; replyTo?: number };

export type ClientFrame =
  | { type: "hello"; token: string; cursors?: Record<string, number> }
  | ({ type: "send"; ref: string | number; to: string } & Message)
  | { type: "read"; conversationId: string; seq: number }
  | { type: "typing"; conversationId: string }
  | ({ type: "presence" } & ChosenPresence)
  | { type: "watch"; principals: string[] };

export type ServerFrame =
  | { type: "ready"; sessionId: string; principalId: string; heads: Record<string, number> }
  | { type: "entries"; conversationId: string; entries: Entry[] }
  | ({ type: "ack"; ref: string | number } & (Receipt | Published))
  | { type: "refused"; ref: string | number; problem: Problem }
  | { type: "joined"; conversationId: string }
  | { type: "left"; conversationId: string }
  | { type: "read"; conversationId: string; seq: number }
  | { type: "typing"; conversationId: string; principalId: string }
  | ({ type: "presence" } & Presence);
