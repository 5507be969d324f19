import { type Names, plain } from "./markup.ts";
import { wellFormed } from "./well-formed.ts";

/** Code points of a conversation's purpose. */
const PURPOSE_CODE_POINTS = 250;

/** A purpose in our plain text, and whether its end had to go. */
export function purposeText(markup: string, names: Names): { text: string; cut: boolean } {
  const characters = [...wellFormed(plain(markup, names).text)];
  return { text: characters.slice(0, PURPOSE_CODE_POINTS).join(""), cut: characters.length > PURPOSE_CODE_POINTS };
}
