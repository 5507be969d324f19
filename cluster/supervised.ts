import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { pauseAfter } from "./pause.ts";

/** A program to be kept running. */
export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** What its output holds once it does what it is there for. */
  readonly ready: string;
};

/** Milliseconds from SIGTERM to SIGKILL: a node gives what is in flight 20 seconds. */
const GRACE = 25_000;

/**
 * One process, and after its end the next one. (The library `concurrently` starts again too, but with pauses that double
 * without end, also what could never start, and it stops everything at once.) In a process group of its own: what a terminal's Ctrl-C tells all at once
 * would stop NATS before the nodes.
 *
 *     starting → running → waiting → running …; from any of them: stopping → ended
 */
export class Supervised {
  readonly #program: Program;
  readonly #say: (line: string) => void;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pause: number | undefined;
  #stopping = false;
  /** Resolves when the process that runs has ended. */
  #ended: Promise<unknown> = Promise.resolve();

  /** @param say hears each line of the process's output, and what becomes of it */
  constructor(program: Program, say: (line: string) => void) {
    this.#program = program;
    this.#say = say;
  }

  /** Starts it, and again whenever it has ended. @throws Error when it ends before it was ever ready */
  start(): Promise<void> {
    return new Promise((ready, fail) => {
      let isReady = false;
      const life = () => {
        const began = performance.now();
        const hear = (line: string) => {
          this.#say(line);
          if (line.includes(this.#program.ready)) {
            isReady = true;
            ready();
          }
        };
        this.#spawn(hear, (how) => {
          if (this.#stopping) return fail(new Error("it was stopped"));
          if (!isReady) return fail(new Error(`can't start: it has ended ${how}`));
          this.#pause = pauseAfter(this.#pause, performance.now() - began);
          this.#say(`has ended ${how}; starts again in ${this.#pause / 1000} s`);
          this.#timer = setTimeout(life, this.#pause);
        });
      };
      life();
    });
  }

  /** SIGTERM, and SIGKILL if that does not help; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    this.#signal("SIGTERM");
    const late = setTimeout(() => this.kill(), GRACE);
    await this.#ended;
    clearTimeout(late);
  }

  /** SIGKILL; it isn't started again. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#timer);
    this.#signal("SIGKILL");
  }

  #spawn(hear: (line: string) => void, end: (how: string) => void): void {
    const { command, args, environment } = this.#program;
    const child = spawn(command, args, { env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", hear);
    child.once("error", (error) => hear(error.message));
    this.#ended = new Promise((gone) =>
      child.once("close", (code, signal) => {
        this.#child = undefined;
        end(signal === null ? `with ${code}` : `by ${signal}`);
        gone(undefined);
      }),
    );
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has just ended.
    }
  }
}
