import { TEXT_CODE_POINTS } from "../../../contract/limits.ts";
import { attachmentMarkup, type Marked, type Names, plain } from "./markup.ts";
import type { SlackRecord } from "./records.ts";
import { wellFormed } from "./well-formed.ts";

/** Code points at a part's end among which a white space is looked for, so that words stay whole. */
const BREAK = 500;

/**
 * What a message says, in our plain text; empty where it says nothing. An application's attachments are its message. A
 * person's are previews and quotations beside it, and stand for it only where it has no text of its own.
 * @param me said of oneself in the third person: `/me waves`, as in IRC and XMPP (XEP-0245)
 */
export function textOf(record: SlackRecord, application: boolean, me: boolean, names: Names): Marked {
  const own = record.text ?? "";
  const attached = application || own === "" ? (record.attachments ?? []).map(attachmentMarkup) : [];
  const { text, mentioned } = plain([own, ...attached].filter(Boolean).join("\n"), names);
  return { text: wellFormed(me && text !== "" ? `/me ${text}` : text), mentioned };
}

/** A text in parts that a message can hold: one, nearly always. */
export function parts(text: string): string[] {
  const parts: string[] = [];
  let rest = [...text];
  while (rest.length > TEXT_CODE_POINTS) {
    const space = rest.slice(0, TEXT_CODE_POINTS).findLastIndex((character) => /\s/.test(character));
    const length = space < TEXT_CODE_POINTS - BREAK ? TEXT_CODE_POINTS : space + 1;
    parts.push(rest.slice(0, length).join(""));
    rest = rest.slice(length);
  }
  return [...parts, rest.join("")];
}
