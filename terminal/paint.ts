import { styleText } from "node:util";

/** How something is painted. */
export type Look = Parameters<typeof styleText>[0];
export type Paint = (look: Look, text: string) => string;

/** Where the terminal shows colours; not into a file or a pipe, nor with `NO_COLOR`. */
export const inColour: Paint = (look, text) => styleText(look, text);

const people = ["cyan", "yellow", "green", "magenta", "blue", "red", "cyanBright", "yellowBright"] as const;

/** Somebody's own colour, always the same. */
export function colourOf(id: string): Look {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return people[sum % people.length] ?? "white";
}
