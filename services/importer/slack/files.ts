import type { Data } from "../../../contract/entry.ts";
import { DATA_BYTES } from "../../../contract/limits.ts";
import type { SlackFile, SlackRecord } from "./records.ts";
import { wellFormed } from "./well-formed.ts";

/** What a message says of a file that hangs on it. The file itself stays where it is. */
export type Shared = { title?: string; name?: string; mimetype?: string; size?: number; url?: string };

/** Exports before 2018 tell of a file in the text alone. */
const LINK = /<(https?:\/\/[^|<>]+\/files\/[^|<>]+)(?:\|([^<>]*))?>/;

/** A message's files; of one that was deleted in Slack nothing is left to tell. */
export function filesOf(record: SlackRecord): Shared[] {
  const files = record.files ?? (record.file ? [record.file] : []);
  const told = files.map(shared).filter((one) => one !== undefined);
  const [, url, title] = LINK.exec(record.subtype?.startsWith("file_") ? (record.text ?? "") : "") ?? [];
  return told.length > 0 || url === undefined ? told : [shared({ title, permalink: url }) ?? {}];
}

function shared({ title, name, mimetype, size, url_private, permalink }: SlackFile): Shared | undefined {
  const url = addressOf(url_private) ?? addressOf(permalink);
  if (!title && !name && !url) return undefined;
  return {
    ...(title && { title: wellFormed(title) }),
    ...(name && { name: wellFormed(name) }),
    ...(mimetype && { mimetype: wellFormed(mimetype) }),
    ...(typeof size === "number" && Number.isSafeInteger(size) && { size }),
    ...(url && { url }),
  };
}

/** An export's addresses bear a token (`t`) that opens the workspace's files to whoever has it: it is not for a log. */
function addressOf(given: string | null | undefined): string | undefined {
  const url = given ? URL.parse(given) : null;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return undefined;
  url.searchParams.delete("t");
  return url.href;
}

/** What stands for a message that is its files alone. */
export const filesText = (files: Shared[]): string =>
  files.map(({ title, name, url }) => title ?? name ?? url ?? "").join("\n");

/** As many as `data` holds, in their order. */
export function dataOf(files: Shared[]): { data?: Data; omitted: number } {
  for (let kept = files.length; kept > 0; kept--) {
    const data = { files: files.slice(0, kept) };
    if (Buffer.byteLength(JSON.stringify(data)) <= DATA_BYTES) return { data, omitted: files.length - kept };
  }
  return { omitted: files.length };
}
