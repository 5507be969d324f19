import type { SlackRecord } from "./records.ts";

/** What a record of the channel itself changes of it; texts are markup still. */
export type Changed =
  | { type: "purpose"; of: "topic" | "purpose"; purpose: string }
  | { type: "rename"; from: string | undefined; to: string }
  | { type: "archive"; on: boolean };

/** Subtypes begin with what the channel is: `channel_topic`, of private ones `group_topic`. */
const SUBTYPE = /^(?:channel|group)_(topic|purpose|name|archive|unarchive)$/;
const SET = /\b(?:set|changed|updated) the (?:\w+ )?(?:topic|purpose|description)(?: to)?:\s?([\s\S]*)$/;
const CLEARED = /\bcleared the (?:\w+ )?(?:topic|purpose|description)\b/;
const RENAMED = /\brenamed the \w+ from ["“]([^"“”]+)["”] to ["“]([^"“”]+)["”]/;

/** Null for a record of that kind which doesn't tell to what; undefined for any other. */
export function changed(record: SlackRecord): Changed | null | undefined {
  const what = SUBTYPE.exec(record.subtype ?? "")?.[1];
  switch (what) {
    case "topic":
    case "purpose": {
      const purpose = record[what] ?? told(record.text ?? "");
      return purpose === undefined ? null : { type: "purpose", of: what, purpose };
    }
    case "name": {
      const [, from, to] = RENAMED.exec(record.text ?? "") ?? [];
      const name = record.name ?? to;
      return name ? { type: "rename", from: record.old_name ?? from, to: name } : null;
    }
    case "archive":
    case "unarchive":
      return { type: "archive", on: what === "archive" };
    default:
      return undefined;
  }
}

/** Where a record has no field for it, Slack's English sentence has. */
const told = (text: string): string | undefined => SET.exec(text)?.[1] ?? (CLEARED.test(text) ? "" : undefined);
