import { type Phrase, type Term, termsOf } from "./terms.ts";

/** From and to in a text, in UTF-16 units. */
export type Range = [from: number, to: number];

/** UTF-16 units of a snippet, and how many of them stand before the first place that is highlighted. */
const SNIPPET = 200;
const BEFORE = 60;
/** Units by which an end moves so as not to cut a word. */
const GIVE = 20;
/** Ranges of one snippet: more would only be dots. */
const RANGES = 50;

/** Where the phrases stand in a text, in order and without overlap. */
export function highlights(text: string, phrases: readonly Phrase[]): Range[] {
  if (phrases.length === 0) return [];
  const terms = [...termsOf(text)];
  const ranges = phrases.flatMap((phrase) => terms.flatMap((_, index) => matchAt(terms, index, phrase)));
  return joined(ranges.sort((a, b) => a[0] - b[0]));
}

function matchAt(terms: readonly Term[], start: number, { terms: wanted, prefix }: Phrase): Range[] {
  const last = wanted.length - 1;
  const fits = wanted.every((term, index) => {
    const found = terms[start + index]?.term;
    return index === last && prefix ? found?.startsWith(term) : found === term;
  });
  const [first, end] = [terms[start], terms[start + last]];
  if (!fits || !first || !end || last < 0) return [];
  // Of a pair that only begins with what was asked for, the first character.
  const half = prefix && end.middle < end.to;
  return [[first.from, half ? end.middle : end.to]];
}

function joined(ranges: readonly Range[]): Range[] {
  const apart: Range[] = [];
  for (const [from, to] of ranges) {
    const before = apart.at(-1);
    if (before && from <= before[1]) before[1] = Math.max(before[1], to);
    else apart.push([from, to]);
  }
  return apart;
}

/** The part of a text around the first place that matches, with the places in it. Where it was cut stands an ellipsis. */
export function snippet(text: string, phrases: readonly Phrase[]): { snippet: string; highlights: Range[] } {
  const ranges = highlights(text, phrases);
  if (text.length <= SNIPPET) return { snippet: text, highlights: ranges.slice(0, RANGES) };
  const wanted = Math.min(Math.max(0, (ranges[0]?.[0] ?? 0) - BEFORE), text.length - SNIPPET);
  const from = wanted === 0 ? 0 : startOf(text, wanted, ranges[0]?.[0] ?? wanted);
  const to = from + SNIPPET >= text.length ? text.length : endOf(text, from + SNIPPET);
  const [before, after] = [from > 0 ? "…" : "", to < text.length ? "…" : ""];
  const inside = ranges
    .map(([start, end]): Range => [Math.max(start, from), Math.min(end, to)])
    .filter(([start, end]) => start < end)
    .map(([start, end]): Range => [start - from + before.length, end - from + before.length]);
  return { snippet: before + text.slice(from, to) + after, highlights: inside.slice(0, RANGES) };
}

/** Behind a space that is near, else at a character's beginning; never behind the first highlight. */
function startOf(text: string, wanted: number, most: number): number {
  const space = text.slice(wanted, Math.min(wanted + GIVE, most)).search(/\s/);
  return space < 0 ? characterAt(text, wanted) : wanted + space + 1;
}

function endOf(text: string, wanted: number): number {
  const near = text.slice(wanted - GIVE, wanted);
  const space = near.search(/\s\S*$/);
  return space < 0 ? characterAt(text, wanted) : wanted - GIVE + space;
}

/** The beginning of the character that a place is in: neither surrogates nor what belongs to a letter is parted. */
function characterAt(text: string, place: number): number {
  let at = place;
  while (at > 0 && /^[\udc00-\udfff\p{M}\u200d]/u.test(text.slice(at, at + 2))) at -= 1;
  return text[at - 1] === "\u200d" ? characterAt(text, at - 1) : at;
}
