import { setTimeout as pause } from "node:timers/promises";
import type { Imported, Params, Result } from "../../contract/actions.ts";
import { type Outcome, type Refusal, refusalOf, refuse, thrown } from "../../contract/errors.ts";
import type { ChannelImport } from "./slack/channel.ts";
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

/** A command that waits for its batch, and whether it stands for a record. */
type Waiting = { command: Imported; record: boolean };

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
  /** Seqs of the messages that threads hang on, by their key. */
  readonly #roots = new Map<string, number>();
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
        const step = channel.step(record);
        if ("skipped" in step) this.#tally.skip(step.skipped);
        else await this.#add(step.commands, true);
      }
    }
    await this.#add(channel.closing());
    await this.#flush();
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
    const { name, channel } = this.#planned;
    const [first] = await this.#send([create], false);
    if (first && "ok" in first) return true;
    const renamed = { ...create, name: otherName(name, channel.id) };
    const [second] = await this.#send([renamed], false);
    if (second && "ok" in second) {
      this.#tally.notes.add("channels have another name, for theirs is taken", `#${name} is #${renamed.name}`);
      return true;
    }
    this.#tally.failures.add("channels could not be created", `#${name} (${second?.refused.detail})`);
    return false;
  }

  /** @param record whether the last of the commands stands for a record */
  async #add(commands: Imported[], record = false): Promise<void> {
    for (const command of commands) {
      const bytes = Buffer.byteLength(JSON.stringify(command));
      if (this.#batch.length === BATCH_COMMANDS || this.#bytes + bytes > BATCH_BYTES) await this.#flush();
      this.#batch.push({ command, record: record && command === commands.at(-1) });
      this.#bytes += bytes;
    }
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#bytes = 0;
    const outcomes = await this.#send(
      batch.map(({ command }) => this.#withRoot(command)),
      false,
    );
    for (const [index, { command, record }] of batch.entries()) this.#count(command, record, outcomes[index]);
  }

  /** A root of this batch is found by its key; one of an earlier batch by its seq. */
  #withRoot(command: Imported): Imported {
    if (command.type !== "post" || typeof command.replyTo !== "object") return command;
    const seq = this.#roots.get(command.replyTo.clientMessageId);
    return seq === undefined ? command : { ...command, replyTo: seq };
  }

  #count(command: Imported, record: boolean, outcome: Result<"router.import">[number] | undefined): void {
    const key = command.type === "post" ? command.clientMessageId : command.commandId;
    if (outcome === undefined) throw new Error("a command without an outcome");
    if ("refused" in outcome) {
      this.#tally.failures.add(`commands were refused (${outcome.refused.type}: ${outcome.refused.detail})`, key);
      if (record) this.#tally.skip(`refused (${outcome.refused.type})`);
      return;
    }
    const { seq, repeat } = outcome.ok;
    if (seq !== null && this.#isRoot(key)) this.#roots.set(key, seq);
    if (!record) return;
    this.#tally.imported += 1;
    if (repeat) this.#tally.repeated += 1;
  }

  #isRoot(key: string): boolean {
    return this.#planned.survey.roots.has(key.slice(key.lastIndexOf(":") + 1));
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
