import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { withFolder } from "./with-broker.ts";

/** Milliseconds for a process to be ready, or to end once it was told to. */
const PATIENCE = 60_000;

export const root = resolve(import.meta.dirname, "../..");
/** Where the programs of our dependencies are, `node` among them. */
const programs = join(root, "node_modules/.bin");

const running = new Set<ChildProcess>();

/** Whatever ends the test run ends what it started. */
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

export type Exit = { code: number | null; signal: NodeJS.Signals | null };
export type Environment = Record<string, string>;

/** A program that runs as a process of its own. */
export type Running = {
  readonly pid: number;
  /** What it has written so far, errors among it. */
  output(): string;
  /** Waits until its output, from the character `from` on, holds this. @throws Error with the output when it never does */
  wrote(text: string | RegExp, from?: number): Promise<string>;
  write(text: string): void;
  readonly ended: Promise<Exit>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<Exit>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<Exit>;
};

/**
 * Runs a shell's command line in the repository's folder, with our dependencies' programs at hand and none of our own
 * variables but `environment`. The shell gives way to the program, so that signals reach that one.
 */
export function run(command: string, environment: Environment = {}): Running {
  const child = spawn(/^exec /.test(command) ? command : `exec ${command}`, {
    shell: true,
    cwd: root,
    env: { ...strangers(), ...environment },
  });
  running.add(child);
  let output = "";
  const heard = new Set<() => void>();
  const hear = () => {
    for (const listener of heard) listener();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      hear();
    });
  }
  // It may be gone before it has read what it was told.
  child.stdin.on("error", () => {});
  let exit: Exit | undefined;
  const ended = new Promise<Exit>((settle, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => {
      running.delete(child);
      exit = { code, signal };
      settle(exit);
      hear();
    });
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return within(ended, () => `${command} did not end on ${signal}:\n${output}`);
  };
  return {
    pid: child.pid ?? Number.NaN,
    output: () => output,
    write: (text) => void child.stdin.write(text),
    ended,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    wrote(text, from = 0) {
      const saw = new Promise<string>((settle, fail) => {
        const look = () => {
          const found = output.slice(from).match(text instanceof RegExp ? text : RegExp.escape(text));
          if (found) settle(found[1] ?? found[0]);
          else if (exit) fail(new Error(`${command} ended without writing ${text}:\n${output}`));
          else return;
          heard.delete(look);
        };
        heard.add(look);
        look();
      });
      return within(saw, () => `${command} did not write ${text}:\n${output}`);
    },
  };
}

async function within<T>(promise: Promise<T>, complaint: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(complaint())), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** This process's environment without what is meant for a Wirehouse. */
function strangers(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(
    ([name]) => !/^(PORT$|SERVICES$|DATABASE_URL$|NATS_|WIREHOUSE_|npm_)/.test(name),
  );
  return { ...Object.fromEntries(others), PATH: `${programs}:${process.env.PATH}` };
}

/** What `npm <name>` runs, to be run without npm in between. */
export function script(name: string): string {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return scripts[name];
}

/** A Wirehouse that is ready. */
export type Server = Running & {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The administrator's: the one of the environment, or that which was printed at the first start. */
  readonly token: string;
};

/**
 * Starts a real server as `npm start` does, on any free port, and waits until it is ready.
 * @param data its folder
 * @throws Error with what it wrote when it does not get ready
 */
export async function startServer(data: string, environment: Environment = {}): Promise<Server> {
  const started = run(script("start"), { PORT: "0", WIREHOUSE_DATA: data, ...environment });
  try {
    return { ...started, ...(await readiness(started, environment.WIREHOUSE_ADMIN_TOKEN)) };
  } catch (error) {
    await started.kill();
    throw error;
  }
}

/** What a server says of itself once it is ready. `token` is the configured one, if any. */
export async function readiness(
  started: Pick<Running, "wrote" | "output">,
  token?: string,
): Promise<{ url: string; token: string }> {
  const url = await started.wrote(/REST\s+(http:\/\/\S+)\/v1/);
  const response = await fetch(`${url}/readyz`);
  if (!response.ok) throw new Error(`It calls itself ready, but /readyz says ${response.status}`);
  return { url, token: token ?? printedToken(started.output()) ?? "" };
}

/** The administrator's token, where a server has printed one. */
export const printedToken = (output: string): string | undefined =>
  output.match(/The administrator's token[^:]*: (\S+)/)?.[1];

/** A server on a folder of its own, for one test: both are gone afterwards. */
export function withServer<T>(
  use: (server: Server, data: string) => Promise<T>,
  environment: Environment = {},
): Promise<T> {
  return withFolder(async (data) => {
    const server = await startServer(data, environment);
    try {
      return await use(server, data);
    } finally {
      await server.stop().finally(server.kill);
    }
  });
}
