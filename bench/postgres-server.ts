import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { freePort, launch, newFolder, postgresUrl } from "./process.ts";

/** PostgreSQL refuses to be run by root. */
const asAnother = process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

/** A server with its usual settings: the one of `POSTGRES_URL`, or one that is started and gone afterwards. */
export async function postgresServer(): Promise<{ url: string; stop(): Promise<void> }> {
  if (postgresUrl !== undefined) return { url: postgresUrl, stop: async () => {} };
  const programs = globSync("/usr/lib/postgresql/*/bin").sort().at(-1);
  if (programs === undefined) throw new Error("There is no PostgreSQL here (Debian: apt-get install postgresql)");
  const folder = newFolder();
  if (asAnother.length > 0) execFileSync("chown", ["postgres", folder.path]);
  const data = join(folder.path, "data");
  const initdb = [...asAnother, join(programs, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"];
  execFileSync(initdb[0] ?? "", initdb.slice(1), { stdio: "ignore", cwd: "/" });
  const port = await freePort();
  const command = [...asAnother, join(programs, "postgres"), "-D", data, "-p", String(port)];
  const options = "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c log_min_messages=panic";
  const server = launch(`exec ${command.join(" ")} ${options}`);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: () => server.stop().finally(folder.remove),
  };
}

/** Makes a database once the server is there. @returns its URL, and what removes it */
export async function newDatabase(url: string, name: string): Promise<{ url: string; remove(): Promise<void> }> {
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  for (;;) {
    try {
      await run(`create database ${name}`);
      break;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && /^(ECONN|57P03)/.test(String(error.code)))) throw error;
      await new Promise((again) => setTimeout(again, 100));
    }
  }
  const made = new URL(url);
  made.pathname = `/${name}`;
  return { url: made.href, remove: () => run(`drop database ${name} with (force)`) };
}
