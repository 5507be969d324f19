import { buffer } from "node:stream/consumers";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { checkCount, checkSize, malformed, type Store } from "./store.ts";

/**
 * An archive as it was downloaded. Nothing is unpacked to disk; yauzl refuses names that lead out of the archive, and
 * an entry that is larger than it says.
 */
export async function openZip(file: string): Promise<Store> {
  const zip = await explained(file, () => openPromise(file, { autoClose: false }));
  try {
    const entries = rooted(await explained(file, () => entriesOf(zip, file)));
    return {
      paths: new Set(entries.keys()),
      async bytes(path) {
        const entry = entries.get(path);
        if (!entry) throw malformed(path, "is not in the archive");
        checkSize(path, entry.uncompressedSize);
        return explained(path, async () => buffer(await zip.openReadStreamPromise(entry)));
      },
      close: async () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function entriesOf(zip: ZipFile, file: string): Promise<Map<string, Entry>> {
  checkCount(file, zip.entryCount);
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith(".json")) continue;
    if (entries.has(entry.fileName)) throw malformed(entry.fileName, "is in the archive twice");
    entries.set(entry.fileName, entry);
  }
  return entries;
}

/** Names below the folder that `channels.json` is in: a folder that was packed by hand is one level deeper. */
function rooted(entries: Map<string, Entry>): Map<string, Entry> {
  if (entries.has("channels.json")) return entries;
  const nested = [...entries.keys()].find((name) => /^[^/]+\/channels\.json$/.test(name));
  if (!nested) return entries;
  const root = nested.slice(0, -"channels.json".length);
  return new Map(
    [...entries].flatMap(([name, entry]) => (name.startsWith(root) ? [[name.slice(root.length), entry]] : [])),
  );
}

/** What yauzl and zlib say of a file, as a sentence that names it; refusals of our own pass. */
async function explained<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && "type" in error) throw error;
    throw malformed(file, `cannot be read as a zip (${error instanceof Error ? error.message : String(error)})`);
  }
}
