import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/server.ts";

/** A file of the repository. */
export const page = (path: string): string => readFileSync(join(root, path), "utf8");

/** Rows of the tables whose first column is in backticks or a number, as their cells' texts. */
export const rows = (markdown: string): string[][] =>
  [...markdown.matchAll(/^\| ?(`[^`]+`|\d+) ?\|.*\|$/gm)].map(([line]) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

/** Each of the lists' lines that begins with a name in backticks, with what follows the colon. */
export const items = (markdown: string): [string, string][] =>
  [...markdown.matchAll(/^- `([^`]+)`: (.+)$/gm)].map(([, name = "", text = ""]) => [name, text]);
