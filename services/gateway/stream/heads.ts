import type { Params, Result } from "../../../contract/actions.ts";
import { Gathered } from "../../../mixins/gathered.ts";
import type { HeadOf } from "./log.ts";

/** Principals of one call: with twenty conversations each they fill a page. */
const PRINCIPALS = 100;

type Ask = (params: Params<"persistence.headsOf">) => Promise<Result<"persistence.headsOf">>;

/** Heads by principal, asked for many at once: when a gateway comes back thousands of streams want to know theirs. */
export const gatheredHeads = (ask: Ask) =>
  new Gathered<HeadOf[]>(PRINCIPALS, async (principalIds) => {
    const found = new Map<string, HeadOf[]>();
    let cursor: string | undefined;
    do {
      const { items, next } = await ask(cursor === undefined ? { principalIds } : { principalIds, cursor });
      for (const { principalId, ...head } of items) {
        const heads = found.get(principalId);
        if (heads) heads.push(head);
        else found.set(principalId, [head]);
      }
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    return found;
  });
