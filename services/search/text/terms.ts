import { fold } from "./fold.ts";

/**
 * Texts as the terms that they are found by. A word is a run of letters and digits. Scripts that write without spaces
 * give pairs of neighbouring characters instead (東京都: 東京, 京都, and 都, the last alone), so that any two of them that stand
 * together are found; Korean too, whose particles stick to their words.
 */
export type Term = {
  term: string;
  /** Where it stands in the text, in UTF-16 units. */
  from: number;
  to: number;
  /** Of a pair the end of its first character. */
  middle: number;
};

/** Terms that follow each other; the last may be only the beginning of one. */
export type Phrase = { terms: string[]; prefix: boolean };

/** UTF-16 units of a term: what is longer is no word, and is known by its beginning. */
const LONGEST = 64;

const PLAIN = /^[a-zA-Z0-9]+$/;
/** Joiners and soft hyphens stand inside words, and don't count. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}\u00ad\u200c\u200d]*/gu;
const UNSPACED = "\\p{scx=Hani}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}";
/** A character with the marks that belong to it, those of half width among them. */
const CHARACTER = `[${UNSPACED}][\\p{M}\\uff9e\\uff9f\\u200c\\u200d]*`;
const PART = new RegExp(`((?:${CHARACTER})+)|[^${UNSPACED}]+`, "gu");
const CHARACTERS = new RegExp(CHARACTER, "gu");

/** The terms of a text, in their order. */
export function* termsOf(text: string): Generator<Term> {
  for (const part of partsOf(text)) yield* "characters" in part ? pairs(part.characters) : [part];
}

/**
 * What a text asks for; without a term where it has neither letter nor digit.
 * @param prefix whether its last word is only the beginning of one
 */
export function phraseOf(text: string, prefix = false): Phrase {
  const parts = [...partsOf(text)];
  const terms = parts.flatMap((part) =>
    ("characters" in part ? pairs(part.characters) : [part]).map(({ term }) => term),
  );
  const last = parts.at(-1);
  if (!last || !("characters" in last)) return { terms, prefix: prefix && terms.length > 0 };
  // Such a run may go on in the text: its last character may be one's first there.
  if (last.characters.length === 1) return { terms, prefix: true };
  return { terms: terms.slice(0, -1), prefix: false };
}

function* partsOf(text: string): Generator<Term | { characters: Term[] }> {
  for (const word of text.matchAll(WORD)) {
    // Most words of most texts: nothing in them is to be taken apart or off.
    if (PLAIN.test(word[0])) {
      const [from, to] = [word.index, word.index + word[0].length];
      yield { term: cut(word[0].toLowerCase()), from, to, middle: to };
      continue;
    }
    for (const part of word[0].matchAll(PART)) {
      const from = word.index + part.index;
      const to = from + part[0].length;
      if (part[1] === undefined) yield* whole({ term: cut(fold(part[0])), from, to, middle: to });
      else {
        const characters = [...charactersOf(part[0], from)];
        if (characters.length > 0) yield { characters };
      }
    }
  }
}

function* charactersOf(run: string, start: number): Generator<Term> {
  for (const { 0: character, index } of run.matchAll(CHARACTERS)) {
    const from = start + index;
    const to = from + character.length;
    yield* whole({ term: fold(character), from, to, middle: to });
  }
}

const pairs = (characters: readonly Term[]): Term[] =>
  characters.map((first, index) => {
    const second = characters[index + 1];
    return second ? { ...first, term: first.term + second.term, to: second.to } : first;
  });

/** What folds to nothing is no term. */
const whole = (term: Term): Term[] => (term.term === "" ? [] : [term]);

/** At most so long, and no half character at the end. */
const cut = (term: string): string =>
  term.length <= LONGEST ? term : term.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, "");
