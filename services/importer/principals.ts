import type { ServiceBroker } from "moleculer";
import { refuse } from "../../contract/errors.ts";
import { LOOKUP_ITEMS } from "../../contract/limits.ts";
import type { Principal } from "../../contract/principal.ts";
import { call, type Meta } from "../../mixins/call.ts";
import { atOnce } from "./at-once.ts";
import type { Run } from "./run.ts";
import type { Notes } from "./slack/notes.ts";
import type { Person } from "./slack/people.ts";

/** Principals created at the same time. */
const WIDTH = 8;

/**
 * Sees to it that everybody in the archive is a principal. Handles follow from the archive, so that a second run finds
 * those that the first has made; and so somebody who was here before under the same handle is taken for the same
 * person, which is noted where name or kind differ.
 * @returns ids by Slack id
 * @throws unavailable when `stop` is aborted
 */
export async function ensurePrincipals(
  people: Iterable<Person>,
  { broker, administratorId: principalId, stop }: Pick<Run, "broker" | "administratorId" | "stop">,
  notes: Notes,
): Promise<Map<string, string>> {
  const all = [...people];
  const ids = new Map<string, string>();
  for (let from = 0; from < all.length; from += LOOKUP_ITEMS) {
    if (stop.aborted) throw refuse("unavailable", "The import was stopped among its people; run it again");
    const some = all.slice(from, from + LOOKUP_ITEMS);
    const { principals } = await call(broker, "directory.lookup", { handles: some.map(({ handle }) => handle) });
    const existing = new Map(principals.map((principal) => [principal.handle, principal]));
    await atOnce(WIDTH, some, async (person) => {
      const found = existing.get(person.handle);
      if (found && !isLike(found, person)) notes.add("people were here already under another name", `@${found.handle}`);
      ids.set(person.slackId, (found ?? (await create(person, broker, { principalId }))).id);
    });
  }
  return ids;
}

const isLike = (principal: Principal, { name, kind }: Person): boolean =>
  principal.name === name && principal.kind === kind;

/** Who is deactivated in Slack is disabled here: from the start only, so that no later run takes away what was given back. */
async function create({ handle, name, kind, deleted }: Person, broker: ServiceBroker, meta: Meta): Promise<Principal> {
  const created = await call(broker, "directory.create", { handle, name, kind }, meta);
  return deleted ? call(broker, "directory.change", { handle, disabled: true }, meta) : created;
}
