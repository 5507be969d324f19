import type { Phrase } from "../text/terms.ts";

/** Matches, the newest, among which relevance chooses: past them its list ends. */
export const RANKED = 1000;
/** BM25's own constants: how soon more of the same says nothing new, and how much a long text counts for less. */
const SATURATION = 1.2;
const LENGTH = 0.75;
/** Milliseconds after which a message's youth counts half. */
const HALF_LIFE = 30 * 86_400_000;

/** A message that has all that is asked for: when it was sent, in milliseconds since 1970, and its terms in their order. */
export type Candidate = { at: number; terms: readonly string[] };

/**
 * How well each candidate answers, by BM25 and age. All words must occur, so a rare word tells none from another, and
 * BM25's weight of rareness is left out; nothing but the asker's own messages enters. The oldest of two equal ones counts
 * half as much as one of this moment. (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009)
 * @param now milliseconds since 1970
 */
export function scores(candidates: readonly Candidate[], phrases: readonly Phrase[], now: number): number[] {
  const average = candidates.reduce((sum, { terms }) => sum + terms.length, 0) / candidates.length;
  return candidates.map(({ at, terms }) => {
    const length = SATURATION * (1 - LENGTH + (LENGTH * terms.length) / average);
    const weights = phrases.map((phrase) => {
      const count = occurrences(terms, phrase);
      return (count * (SATURATION + 1)) / (count + length);
    });
    const youth = 2 ** (-Math.max(0, now - at) / HALF_LIFE);
    return (weights.reduce((sum, weight) => sum + weight, phrases.length > 0 ? 0 : 1) * (1 + youth)) / 2;
  });
}

/** How often a phrase stands in a text. (Loops: it is asked of a thousand texts for one answer.) */
export function occurrences(text: readonly string[], { terms, prefix }: Phrase): number {
  const last = terms.length - 1;
  let count = 0;
  for (let start = 0; start + last < text.length; start++) {
    let index = 0;
    while (index < last && text[start + index] === terms[index]) index++;
    if (index < last) continue;
    const [found = "", wanted = ""] = [text[start + last], terms[last]];
    if (prefix ? found.startsWith(wanted) : found === wanted) count++;
  }
  return count;
}
