import type { Entry, Kind, Role } from "../../contract/entry.ts";
import type { Outcome } from "../../contract/errors.ts";
import type {
  Answer,
  Change,
  ChangeRole,
  Command,
  Create,
  Edit,
  Join,
  Leave,
  Pin,
  Post,
  Posted,
  React,
  Redact,
  Regroup,
} from "../../services/router/conversation/command.ts";
import { turn } from "../../services/router/turn.ts";
import { MemoryLog } from "./memory-log.ts";

/** People of the tests, by id. */
const person = (digit: string) => `01900000-0000-7000-8000-00000000000${digit}`;
export const ana = person("a");
export const bob = person("b");
export const cleo = person("c");
export const dora = person("d");
export const here = "01900000-0000-7000-8000-0000000000ff";

let serial = 0;
const fresh = () => `command-${serial++}`;

/** Commands, with what a test does not care about filled in. */
export const create = (senderId: string, more: Partial<Create> = {}): Create => ({
  type: "create",
  senderId,
  commandId: "create",
  kind: "room",
  private: true,
  members: [{ principalId: senderId, role: "owner" }],
  ...more,
});
export const post = (senderId: string, text: string, more: Partial<Post> = {}): Post => ({
  type: "post",
  senderId,
  clientMessageId: fresh(),
  text,
  mentionable: [],
  salt: "AAAAAAAAAAAAAAAAAAAAAA",
  ...more,
});
export const join = (senderId: string, principalId = senderId, role?: Role): Join => ({
  type: "join",
  senderId,
  commandId: fresh(),
  principalId,
  role,
});
export const leave = (senderId: string, principalId = senderId): Leave => ({
  type: "leave",
  senderId,
  commandId: fresh(),
  principalId,
});
export const role = (senderId: string, principalId: string, to: Role): ChangeRole => ({
  type: "role",
  senderId,
  commandId: fresh(),
  principalId,
  role: to,
});

export const edit = (senderId: string, target: Posted, text: string, more: Partial<Edit> = {}): Edit => ({
  type: "edit",
  senderId,
  commandId: fresh(),
  target,
  text,
  mentionable: [],
  salt: "BBBBBBBBBBBBBBBBBBBBBB",
  ...more,
});
export const redact = (senderId: string, target: Posted, reason?: string): Redact => ({
  type: "redact",
  senderId,
  commandId: fresh(),
  target,
  reason,
});
export const react = (senderId: string, target: Posted, emoji: string, on = true): React => ({
  type: "react",
  senderId,
  commandId: fresh(),
  target,
  emoji,
  on,
});
export const pin = (senderId: string, target: Posted, on = true): Pin => ({
  type: "pin",
  senderId,
  commandId: fresh(),
  target,
  on,
});
export const change = (senderId: string, what: Pick<Change, "name" | "purpose" | "archived">): Change => ({
  type: "change",
  senderId,
  commandId: fresh(),
  ...what,
});

/** A step of a change of a group: who is to be in it. */
export const regroup = (wished: Record<string, Role>, most = 700): Regroup => ({
  type: "regroup",
  senderId: dora,
  commandId: fresh(),
  name: "fx-desk",
  wished: new Map(Object.entries(wished)),
  most,
});

/** A conversation of this kind and these members: the first of them made it. */
export function conversation(kind: Kind, members: Record<string, Role>, open = false): Create {
  const all = Object.entries(members).map(([principalId, memberRole]) => ({ principalId, role: memberRole }));
  return create(all[0]?.principalId ?? ana, {
    kind,
    private: !open,
    members: all,
    ...(kind === "channel" && { name: "fx" }),
  });
}

/** What came of a batch: an answer or the name of a refusal for each command, and the entries it wrote. */
export type Then = { outcomes: Outcome<Answer>[]; refusals: (string | undefined)[]; wrote: Entry[]; log: MemoryLog };

/** Given what has happened, when these commands come as one batch, then … */
export async function when(given: Command[], batch: Command[], log = new MemoryLog()): Promise<Then> {
  for (const command of given) await turn(await log.activate(here), [command], log);
  const before = log.entries(here).length;
  const { answers, tell } = await turn(await log.activate(here), batch, log);
  tell();
  const refusals = answers.map((answer) => ("refused" in answer ? answer.refused.type : undefined));
  return { outcomes: answers, refusals, wrote: log.entries(here).slice(before), log };
}
