import type { Claim } from "../../../../contract/append.ts";
import { strangerRefusal } from "../../../../contract/conversation.ts";
import { type Refusal, refused } from "../../../../contract/errors.ts";
import { type Change, changesTarget, type Decided, type Rules, unchanged } from "../command.ts";
import { bareName, nameFault } from "../names.ts";
import { closed, permit, whileImporting } from "../permit.ts";
import { claimText, type Draft, type Settings } from "../state.ts";

/** Name, purpose and whether it is archived: all that is given is changed, or nothing of it. */
export const change: Rules<"change"> = {
  ...changesTarget,

  decide(draft, given) {
    const { settings } = draft;
    if (!settings) return { refused: refused(...strangerRefusal(null)) };
    const command = { ...given, name: given.name && bareName(settings.kind, given.name) };
    const refusal = command.imported ? undefined : refusalOf(draft, settings, command);
    if (refusal) return { refused: refusal };
    const entries = entriesOf(settings, command);
    if (entries.length === 0) return unchanged({ changed: false });
    const claim = claimOf(settings, command, entries);
    if (claim && draft.taken.has(claimText(claim)))
      return { refused: refused("conflict", `The name ${command.name} is taken`) };
    return { entries, claim, answer: () => ({ changed: true }) };
  },
};

function refusalOf(
  draft: Draft,
  settings: Settings,
  { senderId, name, purpose, archived }: Change,
): Refusal | undefined {
  const forbidden =
    permit(draft, senderId, "react") ??
    (name === undefined ? undefined : permit(draft, senderId, "rename")) ??
    (purpose === undefined ? undefined : permit(draft, senderId, "set the purpose")) ??
    (archived === undefined ? undefined : permit(draft, senderId, "archive"));
  if (forbidden) return forbidden;
  // Un-archiving opens it for what else is asked for.
  const shut = archived === false ? whileImporting(draft) : closed(draft);
  if (shut) return shut;
  const fault = name === undefined ? undefined : nameFault(settings.kind, name);
  return fault === undefined
    ? undefined
    : refused("validation", `name ${fault}`, { errors: [{ field: "name", message: fault }] });
}

function entriesOf(settings: Settings, { name, purpose, archived }: Change): Decided[] {
  const archive: Decided[] = archived === undefined || archived === settings.archived ? [] : [archiving(archived)];
  const rest: Decided[] = [
    ...(name === undefined || name === settings.name ? [] : [{ type: "rename" as const, body: { name } }]),
    ...(purpose === undefined || purpose === settings.purpose ? [] : [{ type: "purpose" as const, body: { purpose } }]),
  ];
  return archived ? [...rest, ...archive] : [...archive, ...rest];
}

const archiving = (on: boolean): Decided => ({ type: "archive", body: { on } });

/** A room's name is only shown, so several may have it. */
const claimOf = ({ kind }: Settings, { name, senderId }: Change, entries: Decided[]): Claim | undefined =>
  name !== undefined && kind !== "room" && entries.some(({ type }) => type === "rename")
    ? { name, creatorId: senderId }
    : undefined;
