import { Generation, Row } from "./documents.ts";
import { filterOf } from "./filter.ts";
import { type Asked, byAge } from "./find.ts";
import { tooLong } from "./gate.ts";
import { checking } from "./generation.ts";
import { answered, codeOf, isForbidden, type Server } from "./server.ts";
import { VERSION } from "./settings.ts";

/** Conversations that one search names: for members of more, one request carries several. */
const PIECE = 1000;

const ATTRIBUTES = Object.keys(Row.properties);

const isGeneration = checking(Generation);
const isRow = checking(Row);

export type Answer = { rows: Row[]; generation: string | undefined };

/**
 * The newest matches, and which generation of the index they are from: undefined where it is none any more.
 * @throws unavailable when the signal says so or Meilisearch does not answer
 */
export async function ask(
  server: Server,
  uid: string,
  { lookup, under, most, withTerms }: Asked,
  signal: AbortSignal,
): Promise<Answer> {
  const queries = inPieces(lookup.conversationIds).map((ids) => ({
    indexUid: uid,
    filter: filterOf(lookup, ids, under),
    limit: most,
    attributesToRetrieve: ATTRIBUTES.filter((name) => withTerms || name !== "terms"),
  }));
  const itself = { indexUid: uid, filter: ["mark = generation"], limit: 1 };
  const finder = await answered(server.finder(uid));
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
  const rows = found.flatMap((hits) => hits.filter(isRow));
  return { rows: (found.length > 1 ? rows.sort(byAge) : rows).slice(0, most), generation };
}

const inPieces = (ids: readonly string[]): (readonly string[])[] =>
  Array.from({ length: Math.ceil(ids.length / PIECE) }, (_, index) => ids.slice(index * PIECE, (index + 1) * PIECE));
