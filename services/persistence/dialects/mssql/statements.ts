import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Messages that write, each a transaction by itself; their one binding is a JSON text (`parameterOf`). */
export const COMMIT = textOf("commit").replace(":effects", () => textOf("effects"));
/** Of appends that mean nothing besides their entries, as most do: half as long. */
export const PLAIN_COMMIT = textOf("commit").replace(":effects", "");
export const MOVE_CURSORS = textOf("cursors");

function textOf(name: string): string {
  const text = readFileSync(join(import.meta.dirname, `${name}.sql`), "utf8");
  return text
    .replace(":batch", "?")
    .replaceAll(":by_keys", "option (loop join, force order)")
    .replace(/:text\((\S+?)\)/g, (_whole, of) => decoded(of));
}

/**
 * Texts travel without what JSON escapes, `~1` for a quote and `~2` for a backslash (after RFC 6901): a canonical body is
 * full of both, and not every server that speaks T-SQL takes JSON's escapes off.
 */
export const parameterOf = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "string" ? encoded(inner) : inner));

const encoded = (text: string): string => text.replaceAll("~", "~0").replaceAll('"', "~1").replaceAll("\\", "~2");

function decoded(column: string): string {
  return `replace(replace(replace(${column} collate Latin1_General_100_BIN2, N'~2', N'\\'), N'~1', N'"'), N'~0', N'~')`;
}
