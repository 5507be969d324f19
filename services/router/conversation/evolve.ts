import { type Reaction, remember, type Target } from "../../../contract/append.ts";
import type { Entry } from "../../../contract/entry.ts";
import type { Draft, Settings } from "./state.ts";
import { keyText } from "./state.ts";

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
      const { text, data } = entry.body;
      const { seq, senderId, replyTo } = entry;
      const unmarked = { redacted: false, pinned: false, reactions: [], emojis: [] };
      draft.targets.set(seq, { seq, senderId, replyTo, text, data, ...unmarked });
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
    case "edit":
      retarget(draft, entry.targetSeq, () => ({ text: entry.body.text, data: entry.body.data }));
      break;
    case "redact":
      retarget(draft, entry.targetSeq, () => ({
        text: undefined,
        data: undefined,
        redacted: true,
        reactions: [],
        emojis: [],
      }));
      break;
    case "reaction": {
      const { emoji, on } = entry.body;
      const same = (one: Reaction) => one.principalId === entry.senderId && one.emoji === emoji;
      retarget(draft, entry.targetSeq, ({ reactions, emojis }) => ({
        reactions: [...reactions.filter((one) => !same(one)), ...(on ? [{ principalId: entry.senderId, emoji }] : [])],
        // Whether it was the last of its emoji is not known.
        emojis: on && !emojis.includes(emoji) ? [...emojis, emoji] : emojis,
      }));
      break;
    }
    case "pin":
      retarget(draft, entry.targetSeq, () => ({ pinned: entry.body.on }));
      break;
    case "rename":
      resettle(draft, { name: entry.body.name });
      break;
    case "purpose":
      resettle(draft, { purpose: entry.body.purpose });
      break;
    case "archive":
      resettle(draft, { archived: entry.body.on });
      break;
    case "leave":
      seat(draft, entry.body.principalId, undefined);
      break;
  }
  return draft;
}

/** What a turn knows of a message; one that it knows nothing of is none that it decides on. */
function retarget(draft: Draft, seq: number | undefined, change: (target: Target) => Partial<Target>): void {
  const target = seq === undefined ? undefined : draft.targets.get(seq);
  if (target) draft.targets.set(target.seq, { ...target, ...change(target) });
}

function resettle(draft: Draft, change: Partial<Settings>): void {
  if (draft.settings) draft.settings = { ...draft.settings, ...change };
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
