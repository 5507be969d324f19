import { createHash } from "node:crypto";
import type { Imported } from "../../../contract/actions.ts";
import type { Kind } from "../../../contract/entry.ts";
import type { Changed } from "./changes.ts";
import type { Space } from "./lists.ts";
import type { Names } from "./markup.ts";
import { derivedKey, recordKey } from "./names.ts";
import type { Notes } from "./notes.ts";
import type { PlannedChannel } from "./plan.ts";
import { purposeText } from "./purpose.ts";

/** Who does it, when, and under which key. */
export type Elsewhere = { at: string; senderId: string; commandId: string };

/** What each kind of Slack's is here. A group's messages are a room: private, by invitation. */
const KINDS: Record<Space, { kind: Kind; private: boolean }> = {
  public: { kind: "channel", private: false },
  private: { kind: "channel", private: true },
  group: { kind: "room", private: true },
  direct: { kind: "direct", private: true },
};

/** A conversation's name, purpose and whether it is archived, as its records change them. */
export class Settings {
  readonly #planned: PlannedChannel;
  readonly #names: Names;
  readonly #notes: Notes;
  #name: string | undefined;
  #purpose: string;
  #archived = false;

  constructor(planned: PlannedChannel, names: Names, notes: Notes) {
    this.#planned = planned;
    this.#names = names;
    this.#notes = notes;
    this.#name = planned.firstName;
    this.#purpose = planned.purpose;
  }

  /** What it is created with. */
  first() {
    const name = this.#name;
    const purpose = this.#purpose;
    return { ...KINDS[this.#planned.channel.space], ...(name && { name }), ...(purpose && { purpose }) };
  }

  /** What a record changes; undefined where it is so already, or can't be changed here. */
  change(change: Changed, by: Elsewhere): Imported | undefined {
    if (this.#planned.channel.space === "direct") return undefined;
    switch (change.type) {
      case "purpose": {
        const { text: purpose, cut } = purposeText(change.purpose, this.#names);
        if (cut) this.#notes.add("purposes were cut", `${this.#planned.label} ${by.at}`);
        if (purpose === this.#purpose) return undefined;
        this.#purpose = purpose;
        return { type: "change", ...by, purpose };
      }
      case "rename":
        return this.#planned.name === undefined ? undefined : this.#rename(this.#planned.formerName(change.to), by);
      case "archive":
        return this.#archive(change.on, by);
    }
  }

  /** What the archive's list says of it, and no record: an export may end before its day. */
  last(by: (key: string) => Elsewhere): Imported[] {
    const { name, channel } = this.#planned;
    const digest = createHash("sha256")
      .update(name ?? "")
      .digest("hex")
      .slice(0, 16);
    const changes = [
      name === undefined ? undefined : this.#rename(name, by(derivedKey(channel.id, "named", digest))),
      typeof channel.is_archived === "boolean"
        ? this.#archive(channel.is_archived, by(recordKey(channel.id, channel.is_archived ? "archived" : "unarchived")))
        : undefined,
    ];
    return changes.filter((change) => change !== undefined);
  }

  #rename(name: string, by: Elsewhere): Imported | undefined {
    if (name === this.#name) return undefined;
    this.#name = name;
    return { type: "change", ...by, name };
  }

  #archive(archived: boolean, by: Elsewhere): Imported | undefined {
    if (archived === this.#archived) return undefined;
    this.#archived = archived;
    return { type: "change", ...by, archived };
  }
}
