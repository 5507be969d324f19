import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import { refuse } from "../../../contract/errors.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import type { Credential, Scope, Token } from "../../../contract/principal.ts";
import { Id } from "../../../contract/scalars.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { PrincipalRow, TokenRow } from "../tables.ts";
import { principalOf } from "./principals.ts";
import { changing, revision, revisionIn } from "./revision.ts";

const decode = cursorDecoder(Id);

/** @throws `not-found` when there is no such principal, `conflict` when the token is known already. */
export async function addToken(
  { reader: knex, write }: Pick<Dialect, "reader" | "write">,
  { id, principalId, hash, label, scopes, expiresAt }: Params<"persistence.addToken">,
): Promise<{ revision: number }> {
  const written = await write(
    changing(
      knex,
      { query: knex("principals").where("id", principalId).select("id"), required: true },
      {
        query: knex("tokens").insert({
          id,
          principal_id: principalId,
          hash: Buffer.from(hash, "hex"),
          label,
          scopes: scopes && JSON.stringify(scopes),
          expires_at: expiresAt,
          created_at: new Date().toISOString(),
        }),
      },
    ),
  );
  if (!("undoneBy" in written)) return { revision: revisionIn(written.rows) };
  if (written.undoneBy === 1) throw refuse("not-found", "There is no such principal");
  throw refuse("conflict", "There is such a token already");
}

/** A principal's tokens, by id. */
export async function tokens(
  knex: Knex,
  { principalId, limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.tokens">,
): Promise<Result<"persistence.tokens">> {
  const rows = await knex<TokenRow>("tokens")
    .where("principal_id", principalId)
    .andWhere("id", ">", cursor === undefined ? "" : decode(cursor))
    .orderBy("id")
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(tokenOf);
  return { items, next: rows.length > limit ? encodeCursor(items.at(-1)?.id) : null };
}

export async function removeToken(
  { reader: knex, write }: Pick<Dialect, "reader" | "write">,
  id: string,
): Promise<Result<"persistence.removeToken">> {
  const written = await write(changing(knex, { query: knex("tokens").where({ id }).del(), required: true }));
  if ("undoneBy" in written) return { removed: false, revision: await revision(knex) };
  return { removed: true, revision: revisionIn(written.rows) };
}

type CredentialRow = PrincipalRow & Pick<TokenRow, "hash" | "scopes" | "expires_at"> & { token_id: string };

/** Who the tokens of these hex SHA-256 speak for; of unknown ones, nothing. */
export async function credentials(knex: Knex, tokenHashes: string[]): Promise<Credential[]> {
  const rows: CredentialRow[] = await knex("tokens as t")
    .join("principals as p", "p.id", "t.principal_id")
    .whereIn(
      "t.hash",
      tokenHashes.map((hash) => Buffer.from(hash, "hex")),
    )
    .select("p.*", "t.id as token_id", "t.hash", "t.scopes", "t.expires_at");
  return rows.map((row) => ({
    tokenId: row.token_id,
    tokenHash: row.hash.toString("hex"),
    principal: principalOf(row),
    scopes: scopesOf(row),
    expiresAt: row.expires_at,
  }));
}

const tokenOf = (row: TokenRow): Token => ({
  id: row.id,
  label: row.label,
  scopes: scopesOf(row),
  expiresAt: row.expires_at,
  createdAt: row.created_at,
});

const scopesOf = ({ scopes }: Pick<TokenRow, "scopes">): Scope[] | null =>
  scopes === null ? null : JSON.parse(scopes);
