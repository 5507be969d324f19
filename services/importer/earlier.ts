import type { Imported } from "../../contract/actions.ts";
import type { Notes } from "./slack/notes.ts";

const LATE = "entries stand behind later ones that an earlier run had stored, and at the time of those";
const DIFFERS = "messages are here as an earlier run stored them, and differ in the archive by now";

/** What an earlier run has stored of a conversation stays, and what is new to it stands at the log's end: that is told. */
export class Earlier {
  readonly #notes: Notes;
  /** Keys of what was new since the last message that was there already. */
  #fresh: string[] = [];
  /** Keys of messages that are there with another content. */
  readonly #differing = new Set<string>();

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** The next command and what came of it, in the archive's order. */
  compare(command: Imported, key: string, { repeat, differs }: { repeat: boolean; differs?: boolean }): void {
    if (!repeat) this.#fresh.push(key);
    // An edit that is new brings what differs.
    if (command.type === "edit" && !repeat && typeof command.target === "object")
      this.#differing.delete(command.target.clientMessageId);
    if (command.type !== "post" || !repeat) return;
    if (differs) this.#differing.add(key);
    for (const late of this.#fresh) this.#notes.add(LATE, late);
    this.#fresh = [];
  }

  /** After the last command. */
  tell(): void {
    for (const key of this.#differing) this.#notes.add(DIFFERS, key);
  }
}
