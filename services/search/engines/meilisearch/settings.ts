import type { Settings } from "meilisearch";
import { RANKED } from "../rank.ts";

/** Raised when settings, documents or terms change: an index of an older version is built anew. */
export const VERSION = 2;

/** Milliseconds after which Meilisearch would give what it has found so far, as if that were all: later than we wait. */
const CUTOFF = 60_000;

const filterable = (attributePatterns: string[], comparison: boolean) => ({
  attributePatterns,
  features: { facetSearch: false, filter: { equality: true, comparison } },
});

/**
 * Terms are asked for in filters: there a word is itself and a beginning is any of its words, whichever and however many.
 * (As a text they would go through Meilisearch's own tokenizers, which differ by version and build; of a query it reads ten
 * words, of a beginning a thousand words, and it guesses at misspelt ones: a ticker is not another that looks like it.)
 * The one rule of ranking is youth: what is found is the newest, which we weigh.
 */
export const settings: Settings = {
  searchableAttributes: [],
  filterableAttributes: [
    filterable(["sender", "terms", "link", "thread", "mark", "generation"], false),
    filterable(["at", "seq", "place"], true),
  ],
  // In the order in which Meilisearch gives them back.
  sortableAttributes: ["at", "place", "seq"],
  rankingRules: ["at:desc", "seq:desc", "place:desc"],
  typoTolerance: { enabled: false },
  prefixSearch: "disabled",
  facetSearch: false,
  // All that one request may ask for; a list of `newest` is asked for piece by piece, and so has no such end.
  pagination: { maxTotalHits: RANKED },
  searchCutoffMs: CUTOFF,
};

/** Those of our settings that an index lacks. (Even one that is set to what it is makes Meilisearch index everything anew.) */
export function lacking(has: Settings): Settings {
  const held: Partial<Record<string, unknown>> = has;
  return Object.fromEntries(Object.entries(settings).filter(([name, wanted]) => !isLike(held[name], wanted)));
}

/** Whether a value is as wanted; what nobody asked for in it doesn't count. */
function isLike(has: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return has === wanted;
  if (typeof has !== "object" || has === null || (Array.isArray(wanted) && Object.keys(has).length !== wanted.length))
    return false;
  const held: Partial<Record<string, unknown>> = { ...has };
  return Object.entries(wanted).every(([key, value]) => isLike(held[key], value));
}
