import { Refused, type Rest } from "../../client/wirehouse.ts";
import { CannotStart } from "../../contract/errors.ts";
import { plain } from "../../repl/command.ts";

/** What is asked of REST here. */
type Asked = Pick<Rest, "ask" | "all">;

/** A conversation that one is in. */
export type Found = { id: string; head: { seq: number } };
type Mine = Found & { kind: string; name?: string; with?: string };

/**
 * The conversation at an address, of those one is in.
 * @param address `#channel`, `@handle`, `group:name` or a conversation's id
 * @throws CannotStart that says why there is none
 */
export async function find(rest: Asked, address: string): Promise<Found> {
  const isIt = await test(rest, address);
  const found: Mine[] = [];
  for await (const mine of rest.all<Mine>("/conversations?limit=200")) if (isIt(mine)) found.push(mine);
  const [only, another] = found;
  if (only && !another) return only;
  if (!only)
    throw new CannotStart(`There is no ${plain(address)} among your conversations. To join a channel:
  POST /v1/conversations/<id>/members {"principal": "@you"}; GET /v1/channels?q=… has ids.`);
  const ids = found.map(({ id }) => `  ${id}`).join("\n");
  throw new CannotStart(`There are several ${plain(address)} among your conversations; take one by its id:\n${ids}`);
}

async function test(rest: Asked, address: string): Promise<(mine: Mine) => boolean> {
  const name = address.replace(/^(#|@|group:)/, "");
  if (address.startsWith("#")) return (mine) => mine.name === name && /^(channel|broadcast)$/.test(mine.kind);
  if (address.startsWith("@")) {
    const id = await known(rest, `/principals/${encodeURIComponent(name)}`, "id");
    return (mine) => id !== undefined && mine.kind === "direct" && mine.with === id;
  }
  const id = address.startsWith("group:")
    ? await known(rest, `/groups/${encodeURIComponent(name)}`, "conversationId")
    : address;
  return (mine) => mine.id === id;
}

/** A field of what is there; undefined where nothing is. */
async function known(rest: Asked, path: string, field: string): Promise<string | undefined> {
  try {
    return (await rest.ask<Record<string, string>>("GET", path))[field];
  } catch (error) {
    if (error instanceof Refused && error.problem.status === 404) return undefined;
    throw error;
  }
}
