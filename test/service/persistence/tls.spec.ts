import { chownSync, copyFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { revision } from "../../../services/persistence/directory/revision.ts";
import { openStore, type Store } from "../../../services/persistence/store.ts";
import { certificates } from "../../support/certificates.ts";
import {
  administer,
  describeOnPostgres,
  type PostgresServer,
  postgresOf,
  startPostgres,
} from "../../support/postgres.ts";
import { until } from "../../support/until.ts";
import { withFolder } from "../../support/with-broker.ts";

/** A file of a server, which must be its own. */
function give({ folder }: PostgresServer, name: string, make: (path: string) => void): void {
  const data = join(folder, "data");
  make(join(data, name));
  chownSync(join(data, name), statSync(data).uid, statSync(data).gid);
}

async function switchTls({ url }: PostgresServer, to: "on" | "off"): Promise<void> {
  await administer(url, `alter system set ssl = ${to}`, "select pg_reload_conf()");
  await until(async () => (await administer(url, "show ssl"))[0]?.ssl === to, `TLS to be ${to}`);
}

/** A server with a certificate, which does not offer TLS yet, and what makes the URL of it with a mode of TLS. */
function withServer(
  use: (
    server: PostgresServer,
    urlOf: (options: string, host?: string) => string,
    file: (name: string) => string,
  ) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const file = certificates(folder);
    const server = await startPostgres("-c ssl_cert_file=server.pem -c ssl_key_file=server.key -c ssl_ca_file=ca.pem");
    for (const name of ["server.pem", "server.key", "ca.pem"]) give(server, name, (to) => copyFileSync(file(name), to));
    const urlOf = (options: string, host = "localhost") => `${server.url.replace("127.0.0.1", host)}?${options}`;
    await use(server, urlOf, file).finally(server.remove);
  });
}

const opened = (url: string) => openStore({ database: postgresOf(url), pool: 2 }, () => undefined);

/** Reads, writes and commits, by which it has made each of its kinds of connection. */
async function exercise(store: Store): Promise<void> {
  await revision(store.reader);
  await store.write([{ query: store.reader("revisions").where("name", "none").del() }]);
}

const OURS = "from pg_stat_ssl join pg_stat_activity using (pid) where application_name like 'wirehouse %'";
const kindsOf = ({ url }: PostgresServer) => administer(url, `select distinct ssl ${OURS}`);

/** How its connections are, all of them; or the sentence that says why there are none. */
async function outcome(server: PostgresServer, url: string): Promise<string> {
  try {
    const store = await opened(url);
    try {
      await exercise(store);
      return (await kindsOf(server)).map(({ ssl }) => (ssl === true ? "encrypted" : "plain")).join();
    } finally {
      await store.close();
    }
  } catch (error) {
    return String(error);
  }
}

describeOnPostgres("TLS to PostgreSQL", () => {
  it("is as the URL has it: a server that offers none, or shows a certificate that nobody vouches for, is refused", () =>
    withServer(async (server, urlOf, file) => {
      const ca = `&sslrootcert=${file("ca.pem")}`;
      const refused = (reason: string) => new RegExp(`^CannotStart: [^\\n]+ can't be used: [^\\n]*${reason}[^\\n]*$`);
      for (const mode of ["require", "verify-ca", "verify-full"])
        expect(await outcome(server, urlOf(`sslmode=${mode}`))).to.match(refused("does not support SSL"));

      await switchTls(server, "on");
      expect(await outcome(server, urlOf("sslmode=disable"))).to.equal("plain");
      expect(await outcome(server, urlOf("sslmode=require"))).to.equal("encrypted");
      expect(await outcome(server, urlOf(`sslmode=verify-ca${ca}`, "127.0.0.1"))).to.equal("encrypted");
      expect(await outcome(server, urlOf(`sslmode=verify-full${ca}`))).to.equal("encrypted");
      expect(await outcome(server, urlOf(`sslmode=verify-full${ca}`, "127.0.0.1"))).to.match(refused("altnames"));
      const strangers = `&sslrootcert=${file("client.pem")}`;
      for (const options of ["verify-ca", "verify-full", ...["require", "verify-ca"].map((mode) => mode + strangers)])
        expect(await outcome(server, urlOf(`sslmode=${options}`)), options).to.match(refused("certificate"));

      give(server, "pg_hba.conf", (path) =>
        writeFileSync(path, "hostnossl all all all trust\nhostssl all all all trust clientcert=verify-ca\n"),
      );
      await administer(server.url, "select pg_reload_conf()");
      const own = `&sslcert=${file("client.pem")}&sslkey=${file("client.key")}`;
      await until(
        async () => /valid client certificate/.test(await outcome(server, urlOf(`sslmode=verify-full${ca}`))),
        "who shows no certificate to be refused",
      );
      expect(await outcome(server, urlOf(`sslmode=verify-full${ca}${own}`))).to.equal("encrypted");
    })).timeout(60_000);

  it("stays so: a server that offers none any more is not spoken to, until it does again", () =>
    withServer(async (server, urlOf, file) => {
      await switchTls(server, "on");
      const store = await opened(urlOf(`sslmode=verify-full&sslrootcert=${file("ca.pem")}`));
      const works = () =>
        exercise(store).then(
          () => true,
          () => false,
        );
      try {
        expect(await works()).to.equal(true);
        await switchTls(server, "off");
        await administer(server.url, `select pg_terminate_backend(pid) ${OURS}`);
        await until(async () => !(await works()), "it to fail");
        expect(await works()).to.equal(false);
        expect(await kindsOf(server)).to.deep.equal([]);
        await switchTls(server, "on");
        await until(works, "it to go on");
        expect(await kindsOf(server)).to.deep.equal([{ ssl: true }]);
      } finally {
        await store.close();
      }
    })).timeout(60_000);
});
