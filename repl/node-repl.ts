import nodeRepl from "node:repl";

const { start } = nodeRepl;

/**
 * moleculer-repl's evaluator takes `this` for the REPL server, which Node has stopped passing (Node 26: each command
 * dies of "reading 'context'"). So it is given the server again. To be loaded before the REPL starts.
 */
nodeRepl.start = (options) => {
  if (typeof options === "string" || options?.eval === undefined) return start(options);
  const evaluate = options.eval;
  const server = start({ ...options, eval: (...args) => evaluate.apply(server, args) });
  return server;
};
