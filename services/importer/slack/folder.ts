import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { checkCount, checkSize, malformed, type Store } from "./store.ts";

/** An unpacked archive. Links and special files are left out: they could lead anywhere, or never end. */
export async function openFolder(root: string): Promise<Store> {
  const paths = new Set<string>();
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (entry.isFile()) paths.add(entry.name);
    if (!entry.isDirectory()) continue;
    for (const file of await readdir(join(root, entry.name), { withFileTypes: true })) {
      if (file.isFile()) paths.add(`${entry.name}/${file.name}`);
    }
    checkCount(root, paths.size);
  }
  return {
    paths,
    async bytes(path) {
      try {
        checkSize(path, (await stat(join(root, path))).size);
        return await readFile(join(root, path));
      } catch (error) {
        if (error instanceof Error && "code" in error && typeof error.code === "string") {
          throw malformed(path, `cannot be read (${error.code})`);
        }
        throw error;
      }
    },
    close: async () => {},
  };
}
