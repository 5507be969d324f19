import { styleText } from "node:util";

/** Of the processes, in turn. */
const colours = ["cyan", "yellow", "green", "magenta", "blue", "red", "cyanBright", "yellowBright"] as const;

/**
 * The beginning of each line of a process: its name, in a colour of its own where the terminal shows colours. (Not into a
 * file, nor with `NO_COLOR`.)
 */
export function prefix(name: string, index: number, width: number): string {
  const colour = colours[index % colours.length] ?? "white";
  return styleText(colour, `${name.padEnd(width)} │ `);
}
