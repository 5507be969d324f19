import { stat } from "node:fs/promises";
import { openFolder } from "./folder.ts";
import { readChannels, readDay, readUsers, type SlackChannel, type SlackRecord, type SlackUser } from "./records.ts";
import { malformed, type Store } from "./store.ts";
import { openZip } from "./zip.ts";

/**
 * A workspace in the layout of Slack's export: `users.json`, `channels.json` and `<channel>/<YYYY-MM-DD>.json`. Days
 * are read one at a time, so that memory is bounded by the largest of them.
 */
export type Archive = {
  readonly users: SlackUser[];
  readonly channels: SlackChannel[];
  /** What lies in the archive and is not read, each in a sentence. */
  readonly unread: string[];
  /** A channel's records, day by day. @throws a refusal that names the file */
  days(channel: SlackChannel): AsyncGenerator<SlackRecord[]>;
  close(): Promise<void>;
};

const DAY = /^([^/]+)\/\d{4}-\d{2}-\d{2}\.json$/;

/** Opens a folder or a zip. @throws a refusal of one sentence that names the file which is missing or malformed */
export async function openArchive(path: string): Promise<Archive> {
  const kind = await stat(path).catch(() => undefined);
  if (!kind?.isDirectory() && !kind?.isFile()) throw malformed(path, "there is no such folder or zip");
  const store = await (kind.isDirectory() ? openFolder(path) : openZip(path));
  try {
    const channels = readChannels("channels.json", await json(store, "channels.json"));
    const days = daysByFolder(store);
    return {
      users: readUsers("users.json", await json(store, "users.json")),
      channels,
      unread: unread(store, channels, days),
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

function unread(store: Store, channels: SlackChannel[], days: Map<string, string[]>): string[] {
  const known = new Set(channels.map(({ name }) => name));
  const strangers = [...days.keys()].filter((folder) => !known.has(folder));
  return [
    ...["groups.json", "dms.json", "mpims.json"]
      .filter((file) => store.paths.has(file))
      .map((file) => `${file}: private conversations are not imported`),
    ...(strangers.length > 0 ? [`${strangers.length} folders of no channel in channels.json are not read`] : []),
  ];
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
