import { sha256 } from "../../contract/chain.ts";
import { refuse } from "../../contract/errors.ts";
import type { Credential, Scope } from "../../contract/principal.ts";

/** Finds a credential by the hex SHA-256 of its token. */
export type FindCredential = (tokenHash: string) => Promise<Credential | null>;

const BEARER = /^Bearer +([\x21-\x7e]{1,1024})$/i;

/** The token of an `Authorization` header; undefined when there is none that one could use. */
export const bearerToken = (header: string | undefined): string | undefined => header?.match(BEARER)?.[1];

/**
 * Who a token speaks for.
 * @throws unauthorized in the same words for whatever is wrong with it
 */
export async function authenticate(token: string | undefined, find: FindCredential): Promise<Credential> {
  const credential = token === undefined ? null : await find(sha256(token));
  if (!inForce(credential, Date.now()))
    throw refuse("unauthorized", "The token is missing, unknown or no longer valid");
  return credential;
}

/** Whether a credential holds at a time (milliseconds since 1970): not expired, its principal not disabled. */
export function inForce(credential: Credential | null, now: number): credential is Credential {
  if (credential === null || credential.principal.disabled) return false;
  return credential.expiresAt === null || Date.parse(credential.expiresAt) > now;
}

/** A token without scopes may do all that its principal may. */
export const allows = ({ scopes }: Credential, scope: Scope): boolean => scopes === null || scopes.includes(scope);
