/** Matches, the newest, among which relevance chooses: past them its list ends. */
export const RANKED = 1000;
/** BM25's own constants: how soon more of the same says nothing new, and how much a long text counts for less. */
const SATURATION = 1.2;
const LENGTH = 0.75;
/** Milliseconds after which a message's youth counts half. */
const HALF_LIFE = 30 * 86_400_000;

/**
 * What the rank of a message that has all that is asked for depends on: when it was sent, in milliseconds since 1970, how many
 * terms it has, and how often each phrase stands in it.
 */
export type Candidate = { at: number; length: number; counts: readonly number[] };

/**
 * How well each candidate answers, by BM25 and age. All words must occur, so a rare word tells none from another, and
 * BM25's weight of rareness is left out; nothing but the asker's own messages enters. The oldest of two equal ones counts
 * half as much as one of this moment. (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009)
 * @param now milliseconds since 1970
 */
export function scores(candidates: readonly Candidate[], now: number): number[] {
  const average = candidates.reduce((sum, { length }) => sum + length, 0) / candidates.length;
  return candidates.map(({ at, length, counts }) => {
    const saturation = SATURATION * (1 - LENGTH + (LENGTH * length) / average);
    const weights = counts.map((count) => (count * (SATURATION + 1)) / (count + saturation));
    const youth = 2 ** (-Math.max(0, now - at) / HALF_LIFE);
    return (weights.reduce((sum, weight) => sum + weight, counts.length > 0 ? 0 : 1) * (1 + youth)) / 2;
  });
}
