import { join } from "node:path";
import { apart, network, refusal } from "./hosts.ts";

/**
 * `npm run rehearse -- --seed 7`: what befalls production, planned and not, on this machine; a table, and whether it held.
 * Its hosts are network namespaces where that is allowed, else they share the loopback.
 */
const reason = refusal();
if (reason === undefined) {
  const program = [process.execPath, join(import.meta.dirname, "main.ts"), ...process.argv.slice(2)];
  process.exitCode = await apart([...program, "--outside", network()]);
} else {
  console.log(`Hosts are ports of the loopback, so that no link is cut (network namespaces take root: ${reason})`);
  await import("./main.ts");
}
