import type { Role, WireEntry } from "./entry.ts";
import type { Head } from "./scalars.ts";

/** What is told without being asked. */

/** A Moleculer event, to all nodes: what is held of the directory under an older revision is void. */
export type DirectoryChanged = { revision: number };

/** On a conversation's fan-out subject: its committed entries, or (`entries` empty) only where its log now ends. */
export type Announcement = { conversationId: string; head: Head; entries: WireEntry[] };

/** On a conversation's fan-out subject too: somebody is typing there. */
export type Typing = { conversationId: string; principalId: string; type: "typing" };

/** On a principal's fan-out subject: what concerns him alone. */
export type Notice =
  /** He is in since the entry `seq`; `from` is the first entry he is shown live. */
  | { type: "joined"; conversationId: string; seq: number; from: number; role: Role }
  | { type: "left"; conversationId: string; seq: number }
  /** He has read up to `seq`, in the session `sessionId` if it was one. */
  | { type: "read"; conversationId: string; seq: number; sessionId?: string };
