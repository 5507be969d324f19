import type { Lookup } from "../engine.ts";
import { Generation, Row } from "./documents.ts";
import { filterOf } from "./filter.ts";
import { inTime, tooLong } from "./gate.ts";
import { checking } from "./generation.ts";
import type { Search } from "./newest.ts";
import { answered, codeOf, isForbidden, type Server } from "./server.ts";
import { VERSION } from "./settings.ts";

const ATTRIBUTES = Object.keys(Row.properties);

const isGeneration = checking(Generation);
const isRow = checking(Row);

export type Asked = { lookup: Lookup; searches: readonly Search[]; most: number; withTerms: boolean };

/**
 * Makes searches in one request, and asks with them for the generation of the index: undefined where it is none any more.
 * @returns the newest of each
 * @throws unavailable when the signal says so or Meilisearch does not answer
 */
export async function ask(
  server: Server,
  uid: string,
  { lookup, searches, most, withTerms }: Asked,
  signal: AbortSignal,
): Promise<{ found: Row[][]; generation: string | undefined }> {
  const queries = searches.map(({ places, under }) => ({
    indexUid: uid,
    filter: filterOf(lookup, places, under),
    limit: most,
    attributesToRetrieve: ATTRIBUTES.filter((name) => withTerms || name !== "terms"),
  }));
  const itself = { indexUid: uid, filter: ["mark = generation"], limit: 1 };
  const finder = await inTime(answered(server.finder(uid)), signal);
  const asked = finder.multiSearch({ queries: [itself, ...queries] }, { signal }).then(
    ({ results }) => results.map(({ hits }) => hits),
    (error: unknown) => {
      if (signal.aborted) throw tooLong();
      if (isForbidden(error)) server.forgetFinder(uid);
      // The index is gone, or one that somebody's document has made, without settings.
      if (["index_not_found", "invalid_search_filter"].includes(codeOf(error) ?? "")) return [];
      throw error;
    },
  );
  const [about = [], ...found] = await answered(asked);
  const generation = about.filter(isGeneration).find(({ version }) => version === VERSION)?.generation;
  return { found: found.map((hits) => hits.filter(isRow)), generation };
}
