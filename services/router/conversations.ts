import type { Service } from "moleculer";
import type { Result } from "../../contract/actions.ts";
import { type Outcome, refusalOf, thrown } from "../../contract/errors.ts";
import { TURN_BYTES } from "../../contract/limits.ts";
import { actor } from "../../mixins/actor/actor.mixin.ts";
import { call } from "../../mixins/call.ts";
import { fanOutOf } from "../../mixins/fan-out/fan-out.middleware.ts";
import { meterOf } from "../../mixins/metrics/meter.ts";
import { activate } from "./activate.ts";
import { type Answer, type Answers, answersTo, type Command, type CommandType } from "./conversation/command.ts";
import type { State } from "./conversation/state.ts";
import { turn, type World } from "./turn.ts";

/** One actor a conversation: it alone writes the conversation's log. */
export const conversations = actor<State, Command, Outcome<Answer>>(({ broker }) => {
  const fanOut = fanOutOf(broker);
  const meter = meterOf(broker);
  const world: World = {
    facts: (conversationId, seqs) => call(broker, "persistence.facts", { conversationId, seqs }),
    targets: (conversationId, seqs, reactions) =>
      call(broker, "persistence.targets", { conversationId, seqs, reactions }),
    append: (append) => call(broker, "persistence.append", append),
    announce(announcement) {
      fanOut.announce(announcement);
      meter.count("wirehouse_entries_announced_total", {}, announcement.entries.length);
    },
    notify: (principalId, notice) => fanOut.notify(principalId, notice),
    now: () => new Date(),
  };
  const store = {
    load: (conversationId: string) => call(broker, "persistence.load", { conversationId }),
    roles: (conversationId: string, after?: string) => call(broker, "persistence.roles", { conversationId, after }),
  };
  return {
    activate: (conversationId) => activate(conversationId, store, world),
    turn: (state, commands) => turn(state, commands, world),
    crashed: (error) => ({ refused: refusalOf(error) }),
  };
});

/** Bytes of a command's entry and key besides its text: ids, hashes, times, names of fields. And of one who is mentioned. */
const OVERHEAD = 800;
const MENTION = 40;
/** Bytes that deciding on a change of a message may read: a turn of changes alone must stay as small as any other. */
const TARGET = 96 * 1024;

/** Bytes of a step of a group's change: a turn of its own, almost. */
const STEP = 400 * 1024;

function weight(command: Command): number {
  if (command.type === "regroup") return STEP;
  // What an import changes came in the same batch, or is as large as its edit, which weighs itself.
  const target = "target" in command && !command.imported ? TARGET : 0;
  if (!("text" in command)) return OVERHEAD + target;
  const { text, data, mentionable } = command;
  // As JSON, in which the append travels: a control character takes six bytes.
  return OVERHEAD + target + MENTION * mentionable.length + Buffer.byteLength(JSON.stringify({ text, data }));
}

/** Commands for one conversation's actor, answered in order; what is more than a turn takes goes to several. */
export async function tell(
  service: Service,
  conversationId: string,
  commands: readonly Command[],
): Promise<Outcome<Answer>[]> {
  const outcomes: Outcome<Answer>[] = [];
  for (let from = 0; from < commands.length; ) {
    const { turn: taken, bytes } = turnOf(commands, from);
    outcomes.push(...(await conversations.actorsOf(service).tell(conversationId, taken, bytes)));
    from += taken.length;
  }
  return outcomes;
}

/** What one turn takes of these commands: at least one. */
function turnOf(commands: readonly Command[], from: number): { turn: Command[]; bytes: number } {
  let bytes = 0;
  let end = from;
  for (const command of commands.slice(from)) {
    const more = weight(command);
    if (end > from && bytes + more > TURN_BYTES) break;
    bytes += more;
    end += 1;
  }
  return { turn: commands.slice(from, end), bytes };
}

/** An outcome as the answer to this type of command; a refusal stays one. */
export function typed<T extends CommandType>(type: T, outcome: Outcome<Answer> | undefined): Outcome<Answers[T]> {
  if (outcome === undefined) throw new Error("a command without an answer");
  if ("refused" in outcome) return outcome;
  const { ok } = outcome;
  const isAnswer: (answer: Answer) => answer is Answers[T] = answersTo[type];
  if (!isAnswer(ok)) throw new Error(`not an answer to ${type}`);
  return { ok };
}

/** One command's answer, or its refusal thrown. */
export async function ask<T extends CommandType>(
  service: Service,
  conversationId: string,
  command: Command & { type: T },
) {
  const [outcome] = await tell(service, conversationId, [command]);
  const answer = typed<T>(command.type, outcome);
  if ("refused" in answer) throw thrown(answer.refused);
  return answer.ok;
}

/** Whatever the command was: where it is in the log, and whether it was there before. */
export function importedAs(outcome: Outcome<Answer>): Result<"router.import">[number] {
  if ("refused" in outcome) return outcome;
  const { ok } = outcome;
  if (answersTo.post(ok)) return { ok: { seq: ok.seq, repeat: ok.repeat, differs: ok.differs } };
  const isNew = answersTo.create(ok) ? ok.created : "changed" in ok && ok.changed;
  return { ok: { seq: null, repeat: !isNew } };
}
