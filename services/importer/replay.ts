import { setTimeout as pause } from "node:timers/promises";
import type { Imported, Params, Posted, Result } from "../../contract/actions.ts";
import { type Outcome, type Refusal, refusalOf, refuse, thrown } from "../../contract/errors.ts";
import { Earlier } from "./earlier.ts";
import type { ChannelImport, Step } from "./slack/channel.ts";
import { otherName } from "./slack/names.ts";
import type { PlannedChannel } from "./slack/plan.ts";
import type { SlackRecord } from "./slack/records.ts";
import type { Tally } from "./tally.ts";

/** Commands of one batch: a turn's worth, so that others' turns are not held up. */
const BATCH_COMMANDS = 200;
/** Bytes of a batch's commands as JSON: their entries are some 400 bytes larger each, and a turn takes 512 KiB. */
const BATCH_BYTES = 192 * 1024;
/** Tries of a batch that a busy router refuses: half a minute. */
const TRIES = 30;

export type Write = (params: Params<"router.import">) => Promise<Result<"router.import">>;

/** A command that waits for its batch, whether it stands for a record, and whether later ones name it. */
type Waiting = { command: Imported; record: boolean; named: boolean };
type Outcomes = Result<"router.import">;

/**
 * Writes one channel through its conversation's actor, in order. Every command has a key, so that what an earlier run
 * has stored is met and not doubled.
 * @throws a refusal when the router stays unavailable, the archive is malformed, or `stop` is aborted: run again to go on
 */
export class Replay {
  readonly #planned: PlannedChannel;
  readonly #write: Write;
  readonly #tally: Tally;
  readonly #stop: AbortSignal;
  /** Seqs of the messages that later commands name, by their key. */
  readonly #seqs = new Map<string, number>();
  /** What an earlier run has stored; undefined where none has been here. */
  #earlier: Earlier | undefined;
  #batch: Waiting[] = [];
  #bytes = 0;

  constructor(planned: PlannedChannel, write: Write, tally: Tally, stop: AbortSignal) {
    this.#planned = planned;
    this.#write = write;
    this.#tally = tally;
    this.#stop = stop;
  }

  async run(channel: ChannelImport, days: AsyncIterable<SlackRecord[]>): Promise<void> {
    const [create, ...joins] = channel.opening();
    if (!create) throw new Error("an import begins with its create");
    if (!(await this.#create(create))) return this.#skipAll(days);
    await this.#add(joins);
    for await (const day of days) {
      for (const record of day) {
        this.#tally.records += 1;
        await this.#add(channel.due(record.ts));
        const step = channel.step(record);
        if ("skipped" in step) this.#tally.skip(step.skipped);
        else await this.#add(step.commands, step);
      }
    }
    await this.#add(channel.closing());
    await this.#flush();
    this.#earlier?.tell();
    // The create again, which is a repeat: whatever became of the others, this one opens the conversation.
    await this.#send([create], true);
  }

  async #skipAll(days: AsyncIterable<SlackRecord[]>): Promise<void> {
    for await (const day of days) {
      this.#tally.records += day.length;
      for (const _record of day) this.#tally.skip("its conversation could not be created");
    }
  }

  /** Under its name, or, where a conversation has that already, under another. @returns whether there is one now */
  async #create(create: Imported): Promise<boolean> {
    const outcome = await this.#named(create);
    if ("ok" in outcome) {
      if (outcome.ok.repeat) this.#earlier = new Earlier(this.#tally.notes);
      return true;
    }
    const { label } = this.#planned;
    this.#tally.failures.add("conversations could not be created", `${label} (${outcome.refused.detail})`);
    return false;
  }

  /** What gives a name, alone, for a turn takes one name: the given one or, where that is taken, another. */
  async #named(command: Imported): Promise<Outcomes[number]> {
    const [first = nothing()] = await this.#send([command], false);
    if ("ok" in first || !("name" in command) || command.name === undefined) return first;
    const name = otherName(command.name, this.#planned.channel.id);
    const [second = nothing()] = await this.#send([{ ...command, name }], false);
    if ("ok" in second)
      this.#tally.notes.add("channels have another name, for theirs is taken", `#${command.name} is #${name}`);
    return second;
  }

  /** @param step whose commands they are: one of them stands for its record */
  async #add(commands: Imported[], step?: Exclude<Step, { skipped: string }>): Promise<void> {
    for (const command of commands) {
      const waiting = { command, record: command === step?.main, named: step?.named === true };
      if (command.type === "change" && command.name !== undefined) {
        await this.#flush();
        this.#count(waiting, await this.#named(command));
        continue;
      }
      const bytes = Buffer.byteLength(JSON.stringify(command));
      if (this.#batch.length === BATCH_COMMANDS || this.#bytes + bytes > BATCH_BYTES) await this.#flush();
      this.#batch.push(waiting);
      this.#bytes += bytes;
    }
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#bytes = 0;
    const outcomes = await this.#send(
      batch.map(({ command }) => this.#withSeq(command)),
      false,
    );
    for (const [index, waiting] of batch.entries()) this.#count(waiting, outcomes[index] ?? nothing());
  }

  /** A message of this batch is found by its key; one of an earlier batch by its seq. */
  #withSeq(command: Imported): Imported {
    if (command.type === "post")
      return { ...command, ...(command.replyTo && { replyTo: this.#found(command.replyTo) }) };
    return "target" in command ? { ...command, target: this.#found(command.target) } : command;
  }

  #found = (posted: Posted): Posted =>
    typeof posted === "number" ? posted : (this.#seqs.get(posted.clientMessageId) ?? posted);

  #count({ command, record, named }: Waiting, outcome: Outcomes[number]): void {
    const key = command.type === "post" ? command.clientMessageId : command.commandId;
    if ("refused" in outcome) {
      this.#tally.failures.add(`commands were refused (${outcome.refused.type}: ${outcome.refused.detail})`, key);
      if (record) this.#tally.skip(`refused (${outcome.refused.type})`);
      return;
    }
    const { seq, repeat } = outcome.ok;
    if (seq !== null && named) this.#seqs.set(key, seq);
    this.#earlier?.compare(command, key, outcome.ok);
    if (!record) return;
    this.#tally.imported += 1;
    if (repeat) this.#tally.repeated += 1;
  }

  /** Sends until the router has taken it: what of a batch was stored already is a repeat the next time. */
  async #send(commands: Imported[], complete: boolean): Promise<Result<"router.import">> {
    const { conversationId } = this.#planned;
    for (let attempt = 1; ; attempt++) {
      if (this.#stop.aborted) throw refuse("unavailable", "The import was stopped; run it again and it goes on");
      const tried = await this.#write({ conversationId, commands, complete }).then(taken, notTaken);
      if ("ok" in tried) return tried.ok;
      if (attempt === TRIES) throw thrown(tried.refused);
      await pause((tried.refused.data?.retryAfter ?? 1) * 1000);
    }
  }
}

function nothing(): never {
  throw new Error("a command without an outcome");
}

/** A batch of which a part waits for a better moment is not taken. */
function taken(outcomes: Result<"router.import">): Outcome<Result<"router.import">> {
  const passing = outcomes.find((outcome) => "refused" in outcome && isPassing(outcome.refused));
  return passing && "refused" in passing ? passing : { ok: outcomes };
}

function notTaken(error: unknown): { refused: Refusal } {
  const refused = refusalOf(error);
  if (!isPassing(refused)) throw error;
  return { refused };
}

/** Whether it is worth another try: the router is full, or changes hands. */
const isPassing = ({ type }: Refusal): boolean => type === "unavailable" || type === "too-many";
