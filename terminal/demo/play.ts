import { setTimeout as pause } from "node:timers/promises";
import { Refused } from "../../client/wirehouse.ts";
import type { Line, Script } from "./script.ts";
import type { Stage } from "./stage.ts";

/** Milliseconds before a line in which its speaker comes and begins to type. */
const LEAD = 2_000;
/** Milliseconds between two lines, at most: nobody waits for nights to pass. */
const LONGEST = 5_000;
/** Lines that may be under way at once; a slow server makes the others wait. */
const UNDER_WAY = 100;

/** Where a message is stored, for those that answer it or are about it. */
type Stored = Promise<{ place: string; seq: number } | undefined>;

/** Milliseconds from the beginning at which each line is due. */
export function schedule(lines: readonly Pick<Line, "at">[], speed: number): number[] {
  let due = LEAD;
  return lines.map(({ at }, index) => {
    const before = lines[index - 1];
    if (before) due += Math.min(LONGEST, (at - before.at) / speed);
    return due;
  });
}

/** Plays a script's lines on a stage, each in its time. */
export class Play {
  /** Lines that were played, and what was refused, by reason. */
  done = 0;
  readonly refused = new Map<string, number>();
  /** When the line that was played last happened. */
  at: number | undefined;
  readonly #lines: readonly Line[];
  readonly #stage: Stage;
  readonly #stop: AbortSignal;
  readonly #stored = new Map<string, Stored>();
  readonly #underWay = new Set<Promise<void>>();

  constructor({ lines }: Script, stage: Stage, stop: AbortSignal) {
    this.#lines = lines;
    this.#stage = stage;
    this.#stop = stop;
  }

  /** Resolves when all is played, or it was stopped. @param speed so many times faster than it happened */
  async run(speed: number): Promise<void> {
    const due = schedule(this.#lines, speed);
    const start = performance.now();
    const until = (time: number) => pause(Math.max(0, start + time - performance.now()), null, { signal: this.#stop });
    const walk = async (lead: number, act: (line: Line) => Promise<void>) => {
      for (const [index, line] of this.#lines.entries()) {
        await until((due[index] ?? 0) - lead);
        await act(line);
      }
    };
    try {
      await Promise.all([
        walk(LEAD, async (line) => void this.#prepare(line).catch(() => undefined)),
        walk(0, (line) => this.#begin(line)),
      ]);
      await Promise.all(this.#underWay);
    } catch (error) {
      if (!this.#stop.aborted) throw error;
    }
  }

  /** Who is to speak comes, and types. */
  async #prepare(line: Line): Promise<void> {
    if (line.does !== "say") return void (await this.#stage.enter(line.by));
    const { actor, id } = await this.#stage.enterPlace(line.by, line.place);
    actor.wire.typing(id);
  }

  /** What fails is counted, and the play goes on. */
  async #begin(line: Line): Promise<void> {
    this.at = line.at;
    const played = this.#act(line)
      .catch((error: unknown) => {
        const why = error instanceof Refused ? error.problem.title : error instanceof Error ? error.message : "?";
        if (!this.#stop.aborted) this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
      })
      .finally(() => {
        this.done += 1;
        this.#underWay.delete(played);
      });
    this.#underWay.add(played);
    if (this.#underWay.size >= UNDER_WAY) await Promise.race(this.#underWay);
  }

  async #act(line: Line): Promise<void> {
    if (line.does === "say") return this.#say(line);
    if ("to" in line) return this.#change(line);
    const { wire } = await this.#stage.enter(line.by);
    if (line.does === "appear") wire.presence({ status: line.status, text: line.text });
    else await wire.send(`topic:${line.topic}`, line.text, { data: line.data });
  }

  /** Of a message that is stored: of one that was refused there is nothing to change. */
  async #change(line: Extract<Line, { to: string }>): Promise<void> {
    const target = await this.#stored.get(line.to);
    if (!target) return;
    const { actor, id } = await this.#stage.enterPlace(line.by, target.place);
    const { rest } = actor.wire;
    const path = `/conversations/${id}/messages/${target.seq}`;
    if (line.does === "edit") await rest.ask("PATCH", path, { text: line.text });
    else if (line.does === "redact") await rest.ask("DELETE", `${path}?reason=${encodeURIComponent(line.reason)}`);
    else await rest.ask("PUT", `${path}/reactions/${encodeURIComponent(line.emoji)}`);
  }

  async #say({ by, place, key, text, data, replyTo }: Line & { does: "say" }): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<Awaited<Stored>>();
    this.#stored.set(key, promise);
    try {
      const { actor, id } = await this.#stage.enterPlace(by, place);
      const root = replyTo === undefined ? undefined : await this.#stored.get(replyTo);
      const { seq } = await actor.wire.send(id, text, { data, replyTo: root?.seq });
      resolve({ place, seq });
    } finally {
      resolve(undefined);
    }
  }
}
