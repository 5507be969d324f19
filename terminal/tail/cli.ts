import { parseArgs } from "node:util";
import { readAccess } from "../../access.ts";
import { Rest } from "../../client/rest.ts";
import { Refused } from "../../client/wirehouse.ts";
import { CannotStart } from "../../contract/errors.ts";
import { plain } from "../../repl/command.ts";
import { inColour } from "../paint.ts";
import { Screen } from "../screen.ts";
import { Bookmark } from "./bookmark.ts";
import { find } from "./find.ts";
import { Follow, NO_TOKEN } from "./follow.ts";

/** `npm run tail -- '#general'`: a conversation, live, in a terminal. */

const USAGE = `Usage: npm run tail -- <conversation> [--from <seq>]
  <conversation>  '#channel', @handle, group:name or a conversation's id (the shell wants quotes around #)
  --from <seq>    show what comes after this entry; 0 is from the start. Without it a conversation
                  goes on where you last saw it here, and a new one begins with its last 10 entries.
Variables: TOKEN, yours; WIREHOUSE, the server (http://127.0.0.1:3000 if not given).`;

/** Entries of a conversation that one sees for the first time. */
const FIRST = 10;
/** Milliseconds in which a server that runs has answered. */
const PATIENT = 2_000;

function asked(given: string[]): { address: string; from: number | undefined } {
  try {
    const { values, positionals } = parseArgs({
      args: given,
      allowPositionals: true,
      options: { from: { type: "string" } },
    });
    const [address, ...more] = positionals;
    if (address === undefined || more.length > 0) throw new CannotStart(USAGE);
    if (values.from !== undefined && !/^\d{1,15}$/.test(values.from)) throw new CannotStart(USAGE);
    return { address, from: values.from === undefined ? undefined : Number(values.from) };
  } catch {
    throw new CannotStart(USAGE);
  }
}

/** @returns the exit code */
async function main(): Promise<number> {
  const { address, from } = asked(process.argv.slice(2));
  const { url, token, state } = readAccess(process.env);
  if (token === undefined) throw new CannotStart(`TOKEN is missing: whose eyes to see with.\n\n${USAGE}`);
  const rest = new Rest([url], token);
  const late = setTimeout(() => console.error(`Nothing answers at ${url} yet; it is tried again.`), PATIENT);
  const me = await rest.ask<{ id: string; handle: string }>("GET", "/me");
  clearTimeout(late);
  const { id, head } = await find(rest, address);
  const bookmark = new Bookmark(state, [new URL(url).host, me.id, id]);
  const seen = from ?? bookmark.read();
  const after = Math.min(seen ?? Math.max(0, head.seq - FIRST), head.seq);
  const screen = new Screen(process.stdout, inColour);
  const where = seen === undefined || from !== undefined ? `after entry ${after}` : `where you left it, after ${after}`;
  screen.line(inColour("dim", `── ${plain(address)} at ${url}, ${where}; Ctrl-C ends it`));
  const follow = new Follow({
    url,
    token,
    conversationId: id,
    after,
    me: me.handle,
    screen,
    paint: inColour,
    bookmark,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => follow.close());
  // Nobody reads it any more.
  process.stdout.on("error", () => follow.close());
  const why = await follow.ended;
  if (why !== "") console.error(why);
  return why === "" ? 0 : 1;
}

function explained(error: unknown): string {
  if (error instanceof CannotStart) return error.message;
  if (error instanceof Refused && error.problem.status === 401) {
    return NO_TOKEN;
  }
  if (error instanceof Refused) return error.problem.detail;
  return error instanceof TypeError && error.message === "fetch failed"
    ? "Nothing answers there: is it the server's address (WIREHOUSE), and does it run?"
    : String(error);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(explained(error));
  process.exit(1);
}
