import type { Entry } from "../../../contract/entry.ts";
import type { Draft, Remembered } from "./state.ts";
import { keyText } from "./state.ts";

/** What the state keeps of an entry. */
export function remember(entry: Entry): Remembered {
  const { seq, type, senderId, replyTo, sentAt, hash, bodyHash } = entry;
  const line = { seq, type, senderId, replyTo, sentAt, hash, bodyHash };
  return entry.type === "message" ? { ...line, salt: entry.body.salt, mentions: entry.body.mentions } : line;
}

/** The draft after one more entry; `commandId` names the command that it is the first entry of. */
export function evolve(draft: Draft, entry: Entry, commandId?: string): Draft {
  draft.head = { seq: entry.seq, hash: entry.hash };
  draft.sentAt = entry.sentAt;
  const remembered = remember(entry);
  if (commandId !== undefined) draft.keys.set(keyText({ commandId }), remembered);
  switch (entry.type) {
    case "create": {
      const { kind, private: isPrivate, name = null, purpose = "" } = entry.body;
      draft.settings = { kind, private: isPrivate, name, purpose, archived: false, creatorId: entry.senderId };
      break;
    }
    case "message": {
      draft.ordinal += 1;
      draft.recent.set(entry.seq, { seq: entry.seq, senderId: entry.senderId, replyTo: entry.replyTo });
      if (entry.clientMessageId !== undefined)
        draft.keys.set(keyText({ senderId: entry.senderId, clientMessageId: entry.clientMessageId }), remembered);
      break;
    }
    case "join":
      seat(draft, entry.body.principalId, { role: entry.body.role, joinedSeq: entry.seq });
      break;
    case "role": {
      const member = draft.members.get(entry.body.principalId);
      if (member) seat(draft, entry.body.principalId, { ...member, role: entry.body.role });
      break;
    }
    case "leave":
      seat(draft, entry.body.principalId, undefined);
      break;
  }
  return draft;
}

function seat(
  draft: Draft,
  principalId: string,
  member: { role: "owner" | "member" | "reader"; joinedSeq: number } | undefined,
) {
  const before = draft.members.get(principalId);
  draft.owners += Number(member?.role === "owner") - Number(before?.role === "owner");
  if (member) draft.members.set(principalId, member);
  else draft.members.delete(principalId);
}
