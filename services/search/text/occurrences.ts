import type { Phrase } from "./terms.ts";

/** Hears of each place where a phrase stands: the index of its first term, the phrase, and which of them it is. */
type Found = (start: number, phrase: Phrase, number: number) => void;

/**
 * Makes what looks for phrases among a text's terms, from its beginning to its end. Its time grows with the text and not with
 * the number of phrases: they are told apart by their first terms. (Loops: it is asked of a thousand texts for one answer.)
 */
export function finderOf(phrases: readonly Phrase[]): (terms: readonly string[], found: Found) => void {
  const numbered = phrases.map((phrase, number) => ({ phrase, number }));
  const byFirst = Map.groupBy(numbered, ({ phrase }) => (isBeginning(phrase) ? "" : phrase.terms[0]));
  // No term is empty.
  const beginnings = byFirst.get("") ?? [];
  return (terms, found) => {
    for (let start = 0; start < terms.length; start++) {
      const some = byFirst.get(terms[start]);
      if (some) for (const { phrase, number } of some) if (standsAt(start, phrase, terms)) found(start, phrase, number);
      for (const { phrase, number } of beginnings) if (standsAt(start, phrase, terms)) found(start, phrase, number);
    }
  };
}

/** Makes what counts how often each phrase stands among a text's terms. */
export function counterOf(phrases: readonly Phrase[]): (terms: readonly string[]) => number[] {
  const find = finderOf(phrases);
  return (terms) => {
    const counts = phrases.map(() => 0);
    find(terms, (_start, _phrase, number) => {
      counts[number] = (counts[number] ?? 0) + 1;
    });
    return counts;
  };
}

/** Of one term, and not to be found by it. */
const isBeginning = ({ terms, prefix }: Phrase): boolean => prefix && terms.length === 1;

function standsAt(start: number, { terms: wanted, prefix }: Phrase, terms: readonly string[]): boolean {
  const last = wanted.length - 1;
  if (start + last >= terms.length) return false;
  for (let index = 0; index < last; index++) if (terms[start + index] !== wanted[index]) return false;
  const [found = "", end = ""] = [terms[start + last], wanted[last]];
  return prefix ? found.startsWith(end) : found === end;
}
