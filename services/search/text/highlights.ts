import { finderOf } from "./occurrences.ts";
import { type Phrase, termsOf } from "./terms.ts";

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
  const ranges: Range[] = [];
  finderOf(phrases)(
    terms.map(({ term }) => term),
    (start, { terms: wanted, prefix }) => {
      const [first, end] = [terms[start], terms[start + wanted.length - 1]];
      if (!first || !end) return;
      // Of a pair that only begins with what was asked for, the first character.
      ranges.push([first.from, prefix ? end.middle : end.to]);
    },
  );
  return joined(ranges);
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

/** Behind a space that is near, else where the next character begins; never behind the first highlight. */
function startOf(text: string, wanted: number, most: number): number {
  const space = text.slice(wanted, Math.min(wanted + GIVE, most)).search(/\s/);
  if (space >= 0) return wanted + space + 1;
  let at = wanted;
  while (at < most && isWithin(text, at)) at += 1;
  return at;
}

/** Before a space that is near, else where a character ends. (One that goes on for longer than any does is cut.) */
function endOf(text: string, wanted: number): number {
  const space = text.slice(wanted - GIVE, wanted).search(/\s\S*$/);
  if (space >= 0) return wanted - GIVE + space;
  let at = wanted;
  while (isHalf(text, at) || (wanted - at < BEFORE && isWithin(text, at))) at -= 1;
  return at;
}

/** Whether a place is in a character: between surrogates, or before what belongs to the letter before it. */
const isWithin = (text: string, at: number): boolean =>
  isHalf(text, at) || /^[\p{M}\u200d]/u.test(text.slice(at, at + 2)) || text[at - 1] === "\u200d";

const isHalf = (text: string, at: number): boolean => /^[\udc00-\udfff]/u.test(text.slice(at, at + 1));
