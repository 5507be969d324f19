import { stat } from "node:fs/promises";
import { openFolder } from "./folder.ts";
import { readListed, type SlackConversation } from "./lists.ts";
import { readDay, readUsers, type SlackRecord, type SlackUser } from "./records.ts";
import { malformed, type Store } from "./store.ts";
import { openZip } from "./zip.ts";

/**
 * A workspace in the layout of Slack's export: `users.json`, `channels.json`, the lists of private conversations where it
 * has them, and `<conversation>/<YYYY-MM-DD>.json`. Days are read one at a time, so that memory is bounded by the largest of them.
 */
export type Archive = {
  readonly users: SlackUser[];
  readonly channels: SlackConversation[];
  /** What lies in the archive and is not read, each in a sentence. */
  readonly unread: string[];
  /** A channel's records, day by day. @throws a refusal that names the file */
  days(channel: SlackConversation): AsyncGenerator<SlackRecord[]>;
  close(): Promise<void>;
};

const DAY = /^([^/]+)\/\d{4}-\d{2}-\d{2}\.json$/;

/** Opens a folder or a zip. @throws a refusal of one sentence that names the file which is missing or malformed */
export async function openArchive(path: string): Promise<Archive> {
  const kind = await stat(path).catch(() => undefined);
  if (!kind?.isDirectory() && !kind?.isFile()) throw malformed(path, "there is no such folder or zip");
  const store = await (kind.isDirectory() ? openFolder(path) : openZip(path));
  try {
    if (!store.paths.has("channels.json")) throw malformed("channels.json", "is not in the archive");
    const channels = await readListed((file) => (store.paths.has(file) ? json(store, file) : Promise.resolve([])));
    const days = daysByFolder(store);
    return {
      users: readUsers("users.json", await json(store, "users.json")),
      channels,
      unread: unread(channels, days),
      async *days(channel) {
        for (const day of days.get(channel.name) ?? []) yield readDay(day, await json(store, day));
      },
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function daysByFolder(store: Store): Map<string, string[]> {
  const days = new Map<string, string[]>();
  for (const path of [...store.paths].sort()) {
    const folder = DAY.exec(path)?.[1];
    if (folder === undefined) continue;
    const paths = days.get(folder);
    if (paths) paths.push(path);
    else days.set(folder, [path]);
  }
  return days;
}

function unread(channels: SlackConversation[], days: Map<string, string[]>): string[] {
  const known = new Set(channels.map(({ name }) => name));
  const strangers = [...days.keys()].filter((folder) => !known.has(folder));
  return strangers.length > 0 ? [`${strangers.length} folders of no listed conversation are not read`] : [];
}

async function json(store: Store, file: string): Promise<unknown> {
  if (!store.paths.has(file)) throw malformed(file, "is not in the archive");
  const bytes = await store.bytes(file);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // What the parser says would repeat some of the text, which may be a secret of the machine's.
    throw malformed(file, "is not JSON in UTF-8");
  }
}
