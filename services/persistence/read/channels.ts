import type { Knex } from "knex";
import Type from "typebox";
import type { Params, Result } from "../../../contract/actions.ts";
import type { Role } from "../../../contract/entry.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder } from "../../../contract/page-cursor.ts";
import type { ConversationRow } from "../tables.ts";
import { listingOf } from "./conversations.ts";
import { withRole } from "./guard.ts";
import { matching } from "./matching.ts";

const decode = cursorDecoder(Type.String());

type Listed = ConversationRow & { name: string; role: Role | null };

/** Public conversations by name, those whose name or purpose has `q` in it. */
export async function channels(
  knex: Knex,
  { q = "", limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.channels">,
  callerId: string,
): Promise<Result<"persistence.channels">> {
  const stride = async (after: string, count: number): Promise<Listed[]> =>
    withRole(knex, callerId)
      // Written out as in the filtered index of public names, not bound: so that it is used.
      .whereRaw("c.private = '0' and c.name is not null")
      .andWhere("c.name", ">", after)
      .orderBy("c.name")
      .limit(count)
      .select("c.*", "me.role");
  const page = await matching(q, limit, cursor === undefined ? "" : decode(cursor), stride, {
    key: (row) => row.name,
    texts: (row) => [row.name, row.purpose],
  });
  return { items: page.items.map(listingOf), next: page.next };
}
