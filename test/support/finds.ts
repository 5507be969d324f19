import { FoundPage } from "../../contract/actions/search.ts";
import type { Client } from "./client.ts";
import { until } from "./until.ts";

/** The first page of what somebody finds, newest first. */
export const query = (who: Client, q: string, more = "") =>
  who.ask(FoundPage, "GET", `/search?q=${encodeURIComponent(q)}&limit=200&sort=newest${more}`);

/** Seqs of all that is found, once nothing of it lacks. */
export async function found(who: Client, q: string): Promise<number[]> {
  await until(async () => (await query(who, q).catch(() => undefined))?.behind === 0, "the index to catch up", 60_000);
  const seqs: number[] = [];
  for (let cursor = ""; ; ) {
    const page = await query(who, q, cursor);
    seqs.push(...page.items.map(({ seq }) => seq));
    if (page.next === null) return seqs.sort((a, b) => a - b);
    cursor = `&cursor=${page.next}`;
  }
}
