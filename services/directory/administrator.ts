import { v7 as uuid } from "uuid";
import { sha256 } from "../../contract/chain.ts";
import { CannotStart, typeOf } from "../../contract/errors.ts";
import type { Principal, Token } from "../../contract/principal.ts";
import { newToken } from "./tokens.ts";

/** What is known of, and can be done for, the first administrator. */
export type Registry = {
  find(handle: string): Promise<Principal | undefined>;
  /** @throws conflict when the handle is taken */
  add(principal: Principal): Promise<void>;
  /** The principal a token speaks for. */
  holder(tokenHash: string): Promise<string | undefined>;
  tokens(principalId: string): Promise<Token[]>;
  /** @throws conflict when the token is known */
  addToken(token: { id: string; principalId: string; hash: string; label: string }): Promise<void>;
  removeToken(id: string): Promise<void>;
};

const HANDLE = "admin";
/** Tokens that came from the configuration bear this label: a changed one replaces its predecessor. */
const CONFIGURED = "WIREHOUSE_ADMIN_TOKEN";

/**
 * Sees to it that there is an administrator whose token somebody knows. Several nodes may do so at once.
 * @param configured the token from the configuration
 * @returns the token that was made, to be shown once: when nothing is configured and there was no administrator yet
 */
export async function ensureAdministrator(
  configured: string | undefined,
  registry: Registry,
): Promise<string | undefined> {
  const found = await registry.find(HANDLE);
  const id = found?.id ?? (await addAdministrator(registry));
  if (id === undefined) return ensureAdministrator(configured, registry);
  if (configured !== undefined) {
    await useToken(configured, id, registry);
    return undefined;
  }
  if (found && (await registry.tokens(id)).length > 0) return undefined;
  const token = newToken();
  await registry.addToken({ id: uuid(), principalId: id, hash: sha256(token), label: "first token" });
  return token;
}

/** @returns the new administrator's id, or nothing where another node was faster */
async function addAdministrator(registry: Registry): Promise<string | undefined> {
  const id = uuid();
  const principal: Principal = {
    id,
    handle: HANDLE,
    name: "Administrator",
    kind: "person",
    role: "admin",
    disabled: false,
  };
  return unlessTaken(registry.add(principal).then(() => id));
}

/** @throws CannotStart when the token is somebody else's already */
async function useToken(token: string, principalId: string, registry: Registry): Promise<void> {
  const hash = sha256(token);
  const holder = await registry.holder(hash);
  if (holder === principalId) return;
  if (holder !== undefined) throw new CannotStart(`${CONFIGURED} is another principal's token`);
  for (const { id, label } of await registry.tokens(principalId))
    if (label === CONFIGURED) await registry.removeToken(id);
  await unlessTaken(registry.addToken({ id: uuid(), principalId, hash, label: CONFIGURED }));
}

const unlessTaken = <T>(made: Promise<T>): Promise<T | undefined> =>
  made.catch((error: unknown) => {
    if (typeOf(error) === "conflict") return undefined;
    throw error;
  });
