import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Environment, type Exit, run } from "./server.ts";
import { until } from "./until.ts";

/** A Wirehouse with its REPL, and an operator before it. */
export type Terminal = {
  /** Types a line, and waits until what comes after it holds this. @returns the first group, if any, else the match */
  type(line: string, answer: RegExp): Promise<string>;
  /** Waits until all that was shown so far holds this, whoever caused it. */
  saw(text: RegExp): Promise<string>;
  readonly ended: Promise<Exit>;
};

/**
 * A command with a REPL in a pseudo-terminal (`script`, of util-linux), for one test: it is gone afterwards.
 * @param home of the operator, where the REPL keeps its history, and of the data
 */
export async function withTerminal(
  home: string,
  use: (terminal: Terminal) => Promise<void>,
  command = "npm start -- --repl",
  environment: Environment = {},
): Promise<void> {
  const common = { TERM: "xterm", PORT: "0", HOME: home, WIREHOUSE_DATA: join(home, "data") };
  const program = run(`script -qefc '${command}' /dev/null`, { ...common, ...environment });
  const shown = () => stripVTControlCharacters(program.output());
  const saw = async (text: RegExp, from: number): Promise<string> => {
    const look = () => text.exec(shown().slice(from));
    await until(look, String(text)).catch((error: Error) => {
      throw new Error(`${error.message}; there is: ${shown().slice(from)}`);
    });
    const found = look();
    return found?.[1] ?? found?.[0] ?? "";
  };
  try {
    await saw(/wirehouse \$ /, 0);
    await use({
      ended: program.ended,
      saw: (text) => saw(text, 0),
      async type(line, answer) {
        const from = shown().length;
        program.write(`${line}\r`);
        return saw(answer, from);
      },
    });
  } finally {
    // The terminal goes, and with it (SIGHUP) what runs in it.
    await program.kill();
  }
}
