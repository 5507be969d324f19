import type { Lookup, Position } from "../engine.ts";

/**
 * What Meilisearch is asked, in the language of its filters: all of the list must hold. Whatever stands in for a value is
 * quoted; terms, besides, are letters and digits alone, and ids come from the log.
 * (https://www.meilisearch.com/docs/learn/filtering_and_sorting/filter_expression_reference)
 * @param places of conversations that are looked into by this search
 * @param under the newest place that is not looked at
 */
export function filterOf(
  { phrases, senderId, since, until, link, thread }: Lookup,
  places: readonly number[],
  under: Position | undefined,
): string[] {
  return [
    ...termFilters(phrases),
    `place IN [${places.join(",")}]`,
    ...(senderId === undefined ? [] : [`sender = ${quoted(senderId)}`]),
    ...(link ? ["link = true"] : []),
    ...(thread ? ["thread = true"] : []),
    ...(Number.isFinite(since) ? [`at >= ${number(since)}`] : []),
    ...(Number.isFinite(until) ? [`at < ${number(until)}`] : []),
    ...(under ? [before(under)] : []),
  ];
}

/** That they follow each other no filter can say: it is looked for in what is found. */
function termFilters(phrases: Lookup["phrases"]): string[] {
  const filters = phrases.flatMap(({ terms, prefix }) =>
    terms.map((term, index) => `terms ${prefix && index === terms.length - 1 ? "STARTS WITH" : "="} ${quoted(term)}`),
  );
  return [...new Set(filters)];
}

/** Older than a place in the order of the settings' ranking rules. */
function before([at = 0, seq = 0, place = 0]: Position): string {
  const [sent, entry, log] = [number(at), number(seq), number(place)];
  return `at < ${sent} OR (at = ${sent} AND (seq < ${entry} OR (seq = ${entry} AND place < ${log})))`;
}

export const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** Clients hand positions back: whatever number comes, it is written as one. */
const number = (value: number): string =>
  quoted(String(Math.trunc(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER))));
