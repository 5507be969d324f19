import type { ServiceBroker } from "moleculer";
import { refusalOf } from "../contract/errors.ts";

/** A command as Moleculer's REPL takes it. */
export type OperatorCommand = {
  command: string;
  description: string;
  allowUnknownOptions: true;
  action(broker: ServiceBroker, args: object): Promise<void>;
};

/** The line's words, quotes taken off (the declared type, a list of them, is not what the REPL gives). */
const lineOf = (args: object): string =>
  "rawCommand" in args && typeof args.rawCommand === "string" ? args.rawCommand : "";

/** So many words after the command's own, of which the last takes the rest of the line; missing ones are empty. */
export function words(line: string, count: number): string[] {
  const [, ...given] = line.trim().split(/\s+/);
  // What is one text keeps its spaces.
  const pattern = new RegExp(`^\\S+${"\\s+(\\S+)".repeat(count - 1)}\\s+(.+)$`, "s");
  const found = pattern.exec(line.trim())?.slice(1) ?? given;
  return Array.from({ length: count }, (_, index) => found[index] ?? "");
}

/**
 * A command of the operators: what it prints is its answer, or in a line why not.
 * @param usage as commander reads it: `<what must be>`, `[what may be]`, `<all of the rest...>`
 */
export function command(
  usage: string,
  description: string,
  run: (broker: ServiceBroker, line: string) => Promise<string>,
): OperatorCommand {
  return {
    command: usage,
    description,
    allowUnknownOptions: true,
    async action(broker, args) {
      try {
        console.log(await run(broker, lineOf(args)));
      } catch (error) {
        console.log(reason(error));
      }
    },
  };
}

/** Why something was refused, in a line. */
export function reason(error: unknown): string {
  const { type, detail } = refusalOf(error);
  return `${type}: ${detail}`;
}

/** Control characters, and those that turn the direction of writing: a terminal would obey them. */
const ACTING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** A text of somebody else's on one line of a terminal, where it can do nothing but be read. */
export const plain = (text: string): string =>
  text.replace(ACTING, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
