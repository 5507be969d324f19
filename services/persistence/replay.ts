import { directKey } from "../../contract/conversation.ts";
import type { Body } from "../../contract/entry.ts";
import type { ConversationRow, EntryRow, MemberRow } from "./tables.ts";

/** What a log says that the other tables must hold: the same as an append's effects, computed anew from its entries. */
export class Replay {
  /** Messages so far. */
  ordinal = 0;
  #created: (Body<"create"> & { creatorId: string }) | undefined;
  #name: string | null = null;
  #purpose = "";
  #archived = false;
  #at = "";
  readonly #members = new Map<string, Pick<MemberRow, "role" | "joined_seq">>();

  /** Takes the log's next entry, whose body was found to be the one that was hashed. */
  apply({ seq, type, sender_id, sent_at, body }: EntryRow): void {
    this.#at = sent_at;
    if (type === "message") {
      this.ordinal += 1;
      return;
    }
    const content = JSON.parse(body ?? "null");
    if (type === "create") {
      this.#created = { ...content, creatorId: sender_id };
      this.#name = content.name ?? null;
      this.#purpose = content.purpose ?? "";
    }
    if (type === "rename") this.#name = content.name;
    if (type === "purpose") this.#purpose = content.purpose;
    if (type === "archive") this.#archived = content.on;
    if (type === "join") this.#members.set(content.principalId, { role: content.role, joined_seq: seq });
    if (type === "leave") this.#members.delete(content.principalId);
    if (type === "role") {
      const member = this.#members.get(content.principalId);
      if (member) this.#members.set(content.principalId, { ...member, role: content.role });
    }
  }

  /** Whether the conversation's row is what the log makes of it. */
  explains(row: ConversationRow): boolean {
    const created = this.#created;
    if (!created) return false;
    const [one = "", other = one] = this.#members.keys();
    return (
      row.kind === created.kind &&
      Boolean(row.private) === created.private &&
      row.name === this.#name &&
      row.purpose === this.#purpose &&
      Boolean(row.archived) === this.#archived &&
      row.creator_id === created.creatorId &&
      row.key === (created.kind === "direct" ? directKey(one, other) : null) &&
      row.head_ordinal === this.ordinal &&
      row.head_at === this.#at
    );
  }

  /** Whether the members' rows are those that the log's joins, leaves and roles lead to. */
  explainsMembers(rows: readonly Pick<MemberRow, "principal_id" | "role" | "joined_seq">[], count: number): boolean {
    return (
      rows.length === this.#members.size &&
      count === this.#members.size &&
      rows.every(({ principal_id, role, joined_seq }) => {
        const member = this.#members.get(principal_id);
        return member?.role === role && member.joined_seq === joined_seq;
      })
    );
  }
}
