import type { PrincipalKind } from "../../../contract/principal.ts";
import type { Author } from "./kinds.ts";
import { handles } from "./names.ts";
import type { SlackUser } from "./records.ts";
import { wellFormed } from "./well-formed.ts";

/** A principal to be: somebody who occurs in the archive, be it in its users, as a member or in its messages alone. */
export type Person = { slackId: string; handle: string; name: string; kind: PrincipalKind; deleted: boolean };

type Known = { names: string[]; shown: string[]; kind: PrincipalKind; deleted: boolean };

/** Code points of a principal's name. */
const NAME_CODE_POINTS = 100;

/** Gathers who occurs in an archive. */
export class Roster {
  readonly #known = new Map<string, Known>();

  constructor(users: SlackUser[]) {
    for (const { id, name, real_name, profile, is_bot, deleted } of users) {
      this.#known.set(id, {
        names: texts(name, profile?.display_name, profile?.real_name, real_name),
        shown: texts(profile?.real_name, real_name, profile?.display_name, name),
        kind: is_bot ? "application" : "person",
        deleted: deleted ?? false,
      });
    }
  }

  /** Somebody named by his id alone. */
  add(slackId: string): void {
    if (!this.#known.has(slackId)) this.#known.set(slackId, { names: [], shown: [], kind: "person", deleted: false });
  }

  /** The author of a record: of who is not among the users, this is all that is known. */
  meet({ id, application, names }: Author): void {
    this.add(id);
    const known = this.#known.get(id);
    if (!known || known.names.length > 0) return;
    this.#known.set(id, { ...known, names, shown: names, kind: application ? "application" : known.kind });
  }

  /** By Slack id. People come first, each by his id, so that no application takes a person's handle. */
  people(): Map<string, Person> {
    const sorted = [...this.#known].sort(([a, x], [b, y]) => rank(x) - rank(y) || (a < b ? -1 : 1));
    const chosen = handles(new Map(sorted.map(([id, { names }]) => [id, names])));
    return new Map(
      sorted.map(([slackId, { shown, kind, deleted }]) => {
        const handle = chosen.get(slackId) ?? "";
        return [slackId, { slackId, handle, name: nameOf(shown, handle), kind, deleted }];
      }),
    );
  }
}

const rank = ({ kind }: Known): number => (kind === "person" ? 0 : 1);

const texts = (...given: (string | null | undefined)[]): string[] => given.flatMap((text) => (text ? [text] : []));

function nameOf(shown: string[], handle: string): string {
  const [name = handle] = shown;
  return [...wellFormed(name)].slice(0, NAME_CODE_POINTS).join("");
}
