import type { Phrase } from "../../text/terms.ts";

/**
 * What FTS5 is asked. Every term is quoted, and terms have neither quotes nor anything but letters and digits: nothing of
 * a query is ever read as FTS5's own language. (https://sqlite.org/fts5.html#full_text_query_syntax)
 * @param tags of each list one at least
 * @returns undefined where there is nothing to match
 */
export function matchOf(phrases: readonly Phrase[], tags: readonly (readonly string[])[]): string | undefined {
  const asked = [
    ...phrases.map(({ terms, prefix }) => `(terms : ${quoted(terms.join(" "))}${prefix ? " *" : ""})`),
    ...tags.map((any) => `(tags : (${any.map(quoted).join(" OR ")}))`),
  ];
  return asked.length > 0 ? asked.join(" AND ") : undefined;
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
