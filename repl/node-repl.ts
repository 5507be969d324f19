import nodeRepl, { type REPLServer } from "node:repl";

const { start } = nodeRepl;
let terminal: REPLServer | undefined;

/**
 * moleculer-repl's evaluator takes `this` for the REPL server, which Node has stopped passing (Node 26: each command
 * dies of "reading 'context'"). So it is given the server again. To be loaded before the REPL starts.
 */
nodeRepl.start = (options) => {
  if (typeof options === "string" || options?.eval === undefined) return start(options);
  const evaluate = options.eval;
  const server = start({ ...options, eval: (...args) => evaluate.apply(server, args) });
  terminal = server;
  return server;
};

/** Prints a line when nobody has asked for it: above what the operator is typing, which stays. */
export function interject(line: string): void {
  // To the line's beginning, and clear it (ECMA-48: CR, EL).
  if (terminal?.terminal) process.stdout.write("\r\x1b[K");
  console.log(line);
  terminal?.prompt(true);
}
