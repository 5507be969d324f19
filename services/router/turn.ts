import type { Append, Appended, AppendedEntry, Claim, Fact, Met, Reaction, Target } from "../../contract/append.ts";
import { link } from "../../contract/chain.ts";
import type { Entry } from "../../contract/entry.ts";
import { type Outcome, refused } from "../../contract/errors.ts";
import type { Announcement, Notice } from "../../contract/events.ts";
import type { Turned } from "../../mixins/actor/behaviour.ts";
import { staleOwner } from "../../mixins/actor/stale-owner.ts";
import type { Answer, Command, Posted } from "./conversation/command.ts";
import { decide, keyOf, refersTo } from "./conversation/decide.ts";
import { evolve } from "./conversation/evolve.ts";
import { ofInsiders } from "./conversation/insiders.ts";
import { shown } from "./conversation/shown.ts";
import {
  claimText,
  type Draft,
  draftOf,
  type Known,
  keyText,
  nothingKnown,
  type State,
  settled,
} from "./conversation/state.ts";

/** What a turn asks of the world. */
export type World = {
  facts(conversationId: string, seqs: number[]): Promise<Fact[]>;
  targets(conversationId: string, seqs: number[], reactions: (Reaction & { seq: number })[]): Promise<Target[]>;
  append(append: Append): Promise<Appended>;
  announce(announcement: Announcement): void;
  notify(principalId: string, notice: Notice): void;
  now(): Date;
};

/**
 * One turn of a conversation, in the only order of effects that there is:
 *
 *  1. facts: what the batch names beyond the state is read, in one query
 *  2. decide each command on the draft, link its entries, evolve the draft
 *  3. append, if the head is still what we take it for; what was met in the log is laid into the draft, and 2 again
 *  4. the draft is the state
 *  5. answer
 *  6. announce
 *
 * Nothing is answered or announced that is not committed, and no answer is given from a head that is not confirmed.
 * @throws stale-owner when somebody else has written to the log
 */
export async function turn(state: State, commands: Command[], world: World): Promise<Turned<State, Outcome<Answer>>> {
  const insiders = ofInsiders(state, commands);
  const [facts, targets] = await Promise.all([
    factsFor(state, insiders, world),
    targetsFor(state, nothingKnown, insiders, world),
  ]);
  let known: Known = { ...nothingKnown, facts, targets };
  for (;;) {
    const proposal = propose(draftOf(state, known), commands, world.now().toISOString());
    const append = appendOf(state, proposal, commands);
    const appended = await world.append(append);
    switch (appended.outcome) {
      case "appended":
        return {
          state: settled(proposal.draft),
          answers: proposal.answers,
          tell: () => tell(proposal.draft, proposal.entries, world),
        };
      case "met":
        known = { ...known, met: new Map([...known.met, ...appended.met.map(metPair)]) };
        known = { ...known, targets: await targetsFor(state, known, insiders, world) };
        break;
      case "taken":
        if (!append.claim) throw new Error("nothing was claimed");
        known = { ...known, taken: new Map([...known.taken, [claimText(append.claim), appended.conversationId]]) };
        break;
      case "stale":
        throw staleOwner();
    }
  }
}

type Proposal = { draft: Draft; entries: AppendedEntry[]; answers: Outcome<Answer>[]; claim?: Claim };

const metPair = ({ key, entry }: Met) => [keyText(key), entry] as const;

async function factsFor(state: State, commands: Command[], world: World): Promise<Map<number, Fact>> {
  const seqs = new Set(commands.flatMap(refersTo).filter((seq) => seq <= state.head.seq && !state.recent.has(seq)));
  if (seqs.size === 0) return new Map();
  const facts = await world.facts(state.conversationId, [...seqs]);
  return new Map(facts.map((fact) => [fact.seq, fact]));
}

/** Messages of the log that are changed, as they are now, with the reactions that are in question. */
async function targetsFor(state: State, known: Known, commands: Command[], world: World): Promise<Known["targets"]> {
  const changing = commands
    .filter((command) => "target" in command)
    .map((command) => ({ command, seq: seqOf(command.target, state, known) }))
    .filter(({ seq }) => seq > 0 && seq <= state.head.seq && !known.targets.has(seq));
  const seqs = new Set(changing.map(({ seq }) => seq));
  if (seqs.size === 0) return known.targets;
  const reactions = changing.flatMap(({ command, seq }) =>
    command.type === "react" ? [{ seq, principalId: command.senderId, emoji: command.emoji }] : [],
  );
  const targets = await world.targets(state.conversationId, [...seqs], reactions);
  return new Map([...known.targets, ...targets.map((target) => [target.seq, target] as const)]);
}

/** 0 for a key that is not known to be in the log: it may be one of the same batch. */
const seqOf = (posted: Posted, { keys }: State, { met }: Known): number =>
  typeof posted === "number" ? posted : ((keys.get(keyText(posted)) ?? met.get(keyText(posted)))?.seq ?? 0);

function propose(draft: Draft, commands: Command[], now: string): Proposal {
  const entries: AppendedEntry[] = [];
  let claim: Claim | undefined;
  const answers = commands.map((command): Outcome<Answer> => {
    const decision = decide(draft, command);
    if ("refused" in decision) return decision;
    const key = keyOf(command);
    // An append claims one name: another waits for the next turn.
    if (claim && decision.claim && claimText(claim) !== claimText(decision.claim)) return { refused: otherClaim };
    claim ??= decision.claim;
    const linked = decision.entries.map((decided, index) => {
      const commandId = index === 0 && "commandId" in key ? key.commandId : undefined;
      const { conversationId } = draft;
      // A conversation's time never goes back, whatever the clocks of its owners say.
      const sentAt = later(command.imported?.at ?? now, draft.sentAt);
      const entry = link(draft.head, { ...decided, conversationId, senderId: command.senderId, sentAt });
      evolve(draft, entry, commandId);
      entries.push({ entry, ordinal: draft.ordinal, commandId });
      return entry;
    });
    if (command.imported) draft.importing = stillImporting(draft, command, linked.length > 0);
    if (command.type === "regroup") draft.group = true;
    return { ok: decision.answer(linked) };
  });
  return { draft, entries, answers, claim };
}

const otherClaim = refused("unavailable", "Another name is being taken at this moment; try again");

/** From the import's first append, which creates the conversation, to its last. */
const stillImporting = (draft: Draft, { type, imported }: Command, wrote: boolean): boolean =>
  !imported?.last && (draft.importing || (type === "create" && wrote));

/** RFC 3339 in UTC with milliseconds sorts as text. */
const later = (a: string, b: string): string => (a > b ? a : b);

function appendOf(state: State, { draft, entries, claim }: Proposal, commands: Command[]): Append {
  return {
    conversationId: state.conversationId,
    head: state.head,
    entries,
    // What is remembered or met already is certain; all else is looked up, also for commands that write nothing.
    keys: commands.map(keyOf).filter((key) => !state.keys.has(keyText(key)) && !draft.met.has(keyText(key))),
    ...(claim && { claim }),
    ...(draft.importing !== state.importing && { importing: draft.importing }),
  };
}

function tell(draft: Draft, appended: AppendedEntry[], world: World): void {
  if (appended.length === 0) return;
  const entries = appended.map(({ entry }) => entry);
  world.announce({ conversationId: draft.conversationId, head: draft.head, entries: shown(entries) });
  tellMembers(draft.settings?.kind === "direct", entries, world);
}

/** Tells those who came and went; a new direct conversation is shown from its first entry. */
export function tellMembers(direct: boolean, entries: Entry[], world: Pick<World, "notify">): void {
  for (const { type, body, conversationId, seq } of entries) {
    if (type === "join") {
      const { principalId, role } = body;
      world.notify(principalId, { type: "joined", conversationId, seq, from: direct ? 1 : seq, role });
    } else if (type === "leave") {
      world.notify(body.principalId, { type: "left", conversationId, seq });
    }
  }
}
