/**
 * Marks that are no letter of their own: of Latin, Greek and Cyrillic, points of Hebrew and Arabic, variation selectors
 * and enclosures. (Those of Thai, of the Indic scripts and of kana are letters there, and stay.)
 */
const MARKS = /[\u0300-\u036f]|[\u0591-\u05c7]|[\u064b-\u0652]|\u0670|[\u20d0-\u20f0]|\p{Variation_Selector}/gu;

/** Letters with a stroke, and joined ones, which no normalisation takes apart; the sigma of a word's end. */
const PLAIN: Record<string, string> = { ø: "o", ł: "l", đ: "d", ħ: "h", æ: "ae", œ: "oe", ς: "σ" };

const NEITHER_LETTER_NOR_DIGIT = /[^\p{L}\p{N}\p{M}]/gu;

/**
 * A word as it is compared: without case, accents and forms of width. The same for what is indexed, asked for and
 * highlighted. (NFKD and NFC: Unicode Standard Annex #15. By way of upper case, ß is ss, and ı is i.)
 */
export const fold = (word: string): string =>
  word
    .normalize("NFKD")
    .replace(MARKS, "")
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replace(/[øłđħæœς]/g, (letter) => PLAIN[letter] ?? letter)
    .replace(NEITHER_LETTER_NOR_DIGIT, "")
    .normalize("NFC");
