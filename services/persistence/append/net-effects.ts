import { canonical } from "../../../contract/chain.ts";
import type { Role } from "../../../contract/entry.ts";
import type { Change, Effects } from "./effects.ts";

/**
 * What an append's changes come to, for databases that apply them as sets and not one after the other. Each set may be
 * applied at once, in the order of the fields, after the entries are stored:
 * - who left goes, then who joined comes, then roles are set;
 * - a message is mentioned by whom its last version names; a mention counts for who joined before it;
 * - an entry is overtaken by the first of the marks that overtake it.
 */
export type NetEffects = {
  members: NetMember[];
  mentions: NetMentions[];
  marks: NetMark[];
  replies: { root: number; count: number }[];
  name?: string;
  purpose?: string;
  archived?: boolean;
};

/** Who left, joined (last at `joined`, when there were `ordinal` messages), or has another role. */
export type NetMember = { principal: string; left: boolean; joined?: number; ordinal?: number; role?: Role };

/** Who is mentioned in a message; `fresh` where it is one of the append, so that nobody was before. */
export type NetMentions = { seq: number; fresh: boolean; principals: string[] };

/** The entry `seq` overtakes those of its target up to `through`; a reaction its sender's of the same emoji, `on` or `off`. */
export type NetMark = {
  kind: "edit" | "redact" | "reaction" | "pin";
  seq: number;
  target: number;
  through: number;
  sender?: string;
  on?: string;
  off?: string;
};

export function netEffects({ changes }: Effects): NetEffects {
  const members = new Map<string, NetMember>();
  const mentions = new Map<number, NetMentions>();
  const replies = new Map<number, number>();
  const net: NetEffects = { members: [], mentions: [], marks: [], replies: [] };
  const member = (principal: string): NetMember => {
    const found = members.get(principal) ?? { principal, left: false };
    members.set(principal, found);
    return found;
  };
  /** All of a later version's, in place of those before. */
  const mention = (seq: number, principals: string[]) =>
    mentions.set(seq, { seq, fresh: mentions.get(seq)?.fresh ?? false, principals });

  for (const change of changes) {
    switch (change.type) {
      case "join":
        Object.assign(member(change.principalId), { joined: change.seq, ordinal: change.ordinal, role: change.role });
        break;
      case "leave":
        members.set(change.principalId, { principal: change.principalId, left: true });
        break;
      case "role":
        member(change.principalId).role = change.role;
        break;
      case "mention": {
        const { seq, principalId } = change;
        mentions.set(seq, { seq, fresh: true, principals: [...(mentions.get(seq)?.principals ?? []), principalId] });
        break;
      }
      case "reply":
        replies.set(change.root, (replies.get(change.root) ?? 0) + 1);
        break;
      case "edit":
        mention(change.target, change.mentions);
        net.marks.push(markOf(change));
        break;
      case "redact":
        mention(change.target, []);
        net.marks.push(markOf(change));
        break;
      case "reaction":
      case "pin":
        net.marks.push(markOf(change));
        break;
      case "rename":
        net.name = change.name;
        break;
      case "purpose":
        net.purpose = change.purpose;
        break;
      case "archive":
        net.archived = change.on;
        break;
    }
  }
  return {
    ...net,
    members: [...members.values()],
    mentions: [...mentions.values()],
    replies: [...replies].map(([root, count]) => ({ root, count })),
  };
}

type Marking = Extract<Change, { type: NetMark["kind"] }>;

function markOf(change: Marking): NetMark {
  const { type: kind, seq, target } = change;
  // What takes a mark off leaves none in force, itself included.
  const through = "on" in change && !change.on ? seq : seq - 1;
  if (change.type !== "reaction") return { kind, seq, target, through };
  const { senderId: sender, emoji } = change;
  return {
    kind,
    seq,
    target,
    through,
    sender,
    on: canonical({ emoji, on: true }),
    off: canonical({ emoji, on: false }),
  };
}
