import { TEXT_BYTES } from "./workloads.ts";

/** Words there are; of a text's words half are among the 200 most frequent ones, as in talk. */
const WORDS = 20_000;
const SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "za"];

/** The word of a rank: the more frequent the shorter. */
export const wordOf = (rank: number): string =>
  rank < SYLLABLES.length
    ? (SYLLABLES[rank] ?? "")
    : wordOf(Math.floor(rank / SYLLABLES.length)) + (SYLLABLES[rank % SYLLABLES.length] ?? "");

/** Makes texts of `TEXT_BYTES`, the same in every run. @param seed any integer above 0 */
export function writer(seed: number): () => string {
  let state = seed;
  // Park and Miller, "Random Number Generators: Good Ones Are Hard to Find", 1988.
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return () => {
    let text = "";
    while (text.length < TEXT_BYTES) text += `${wordOf(Math.floor(WORDS ** random()))} `;
    return text.slice(0, TEXT_BYTES);
  };
}
