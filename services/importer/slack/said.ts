import type { Imported } from "../../../contract/actions.ts";
import type { Data } from "../../../contract/entry.ts";
import { dataOf, filesOf, filesText } from "./files.ts";
import type { Author } from "./kinds.ts";
import type { Names } from "./markup.ts";
import type { Notes } from "./notes.ts";
import type { SlackRecord } from "./records.ts";
import { parts, textOf } from "./text.ts";

/** A message as we store it: parts that a message of ours holds, one nearly always, under the keys they are posted with. */
export type Said = { parts: Part[]; mentioned: string[] };
export type Part = { text: string; data?: Data; clientMessageId: string };

export type Post = Extract<Imported, { type: "post" }>;
export type Edit = Extract<Imported, { type: "edit" }>;

/**
 * What a message says, with its files; or why it says nothing.
 * @param name what a summary calls it
 */
export function said(
  record: SlackRecord,
  { author, me }: { author: Author; me: boolean },
  key: string,
  names: Names,
  { notes, name }: { notes: Notes; name: string },
): Said | { nothing: string } {
  const files = filesOf(record);
  const { data, omitted } = dataOf(files);
  const { text: own, mentioned } = textOf(record, author.application, me, names);
  const text = own || filesText(files);
  if (text === "") return { nothing: record.files ? "files alone, which were deleted in Slack" : "no text" };
  const [first = "", ...more] = parts(text);
  if (more.length > 0) notes.add("messages too long for one were split", name);
  if (omitted > 0) notes.add("messages name the first of their files only", name);
  if (files.length > 0) notes.add("messages name their files, which stay where they are");
  return {
    parts: [
      { text: first, ...(data && { data }), clientMessageId: key },
      ...more.map((text, index) => ({ text, clientMessageId: `${key}:${index + 2}` })),
    ],
    // Slack's sentence about a file begins with who shared it.
    mentioned: record.subtype?.startsWith("file_") ? mentioned.filter((id) => id !== author.id) : mentioned,
  };
}

/** Who edited a message last, and when; a bot's own user and its id are one. */
export function editOf({ edited, bot_id }: SlackRecord, author: Author): { editor: string; ts: string } | undefined {
  if (!edited?.ts) return undefined;
  return { editor: !edited.user || edited.user === bot_id ? author.id : edited.user, ts: edited.ts };
}
