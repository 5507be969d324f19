import type { Claim } from "../../../../contract/append.ts";
import { type Outside, strangerRefusal } from "../../../../contract/conversation.ts";
import { type Refusal, refused } from "../../../../contract/errors.ts";
import { type Change, changesTarget, type Decided, type Rules, unchanged } from "../command.ts";
import { bareName, nameFault } from "../names.ts";
import { closed, permit, whileImporting, whileInGroup } from "../permit.ts";
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
    const outside = outsideOf(draft, settings, command);
    if (entries.length === 0) return unchanged({ changed: false, ...outside });
    const claim = claimOf(settings, command, entries);
    if (claim && draft.taken.has(claimText(claim)))
      return { refused: refused("conflict", `The name ${command.name} is taken`) };
    return { entries, claim, answer: () => ({ changed: true, ...outside }) };
  },

  repeat(draft, command) {
    const { settings } = draft;
    return unchanged({ changed: !command.imported, ...(settings && outsideOf(draft, settings, command)) });
  },
};

/** What an administrator gets to know of a group's conversation that he isn't in: what he may set, as it is then. */
function outsideOf(
  { conversationId: id, group, members }: Draft,
  { kind, name, purpose, archived }: Settings,
  { senderId, administrator, ...set }: Change,
): { outside?: Outside } {
  if (!group || !administrator || members.has(senderId)) return {};
  const now = { purpose: set.purpose ?? purpose, archived: set.archived ?? archived };
  return { outside: { id, kind, name: name ?? "", ...now } };
}

/** Administrators set the purpose of a group's conversation, and archive it; its name is nobody's to change. */
function forbiddenBy(draft: Draft, { senderId, name, purpose, archived, administrator }: Change): Refusal | undefined {
  if (draft.group && administrator) return name === undefined ? undefined : whileInGroup(draft);
  return (
    permit(draft, senderId, "react") ??
    (name === undefined ? undefined : permit(draft, senderId, "rename")) ??
    (purpose === undefined ? undefined : permit(draft, senderId, "set the purpose")) ??
    (archived === undefined ? undefined : permit(draft, senderId, "archive"))
  );
}

function refusalOf(draft: Draft, settings: Settings, command: Change): Refusal | undefined {
  const { name, archived } = command;
  const forbidden = forbiddenBy(draft, command);
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
