import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Events } from "nats";
import { dial } from "../../../mixins/nats/dial.ts";
import type { Nats } from "../../../mixins/nats/options.ts";
import { certificates } from "../../support/certificates.ts";
import { describeOnNats, withNats } from "../../support/nats.ts";
import { decentralised } from "../../support/nats-credentials.ts";
import { until } from "../../support/until.ts";
import { withFolder } from "../../support/with-broker.ts";

/** What comes of it: connected, or the sentence that says why not. */
async function outcome(nats: Nats): Promise<string> {
  try {
    const connection = await dial(nats, "test", () => {});
    await connection.flush();
    await connection.close();
    return "connected";
  } catch (error) {
    return String(error);
  }
}

describeOnNats("The first connection to NATS", () => {
  it("needs the user and password that the server wants, and says what to look at where they are others", () =>
    withNats(async ({ url }) => {
      const servers = [url];
      expect(await outcome({ servers, user: "wire", password: "p@ss/word" })).to.equal("connected");
      const sentence = `CannotStart: NATS at ${url} refuses this process (Authorization Violation): look at NATS_USER`;
      for (const wrong of [{ user: "wire", password: "hunter2" }, {}]) {
        const said = await outcome({ servers, ...wrong });
        expect(said).to.include(sentence).and.not.include("hunter2");
      }
    }, "--user wire --pass p@ss/word"));

  it("takes a token", () =>
    withNats(async ({ url }) => {
      expect(await outcome({ servers: [url], token: "t0ken" })).to.equal("connected");
      expect(await outcome({ servers: [url], token: "other" })).to.include("refuses this process");
    }, "--auth t0ken"));

  it("takes a file of credentials, and says what is wrong with one", () =>
    withFolder((folder) => {
      const { configuration, credentials } = decentralised();
      const file = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      return withNats(
        async ({ url }) => {
          const servers = [url];
          expect(await outcome({ servers, credentials: file("ours", credentials) })).to.equal("connected");
          const others = decentralised().credentials;
          for (const wrong of [file("others", others), file("none", "no credentials")])
            expect(await outcome({ servers, credentials: wrong })).to.match(/refuses this process .+NATS_CREDENTIALS/);
          expect(await outcome({ servers, credentials: "/nowhere" })).to.match(/cannot be read: ENOENT.+nowhere/);
        },
        `-c ${file("nats.conf", configuration)}`,
      );
    }));

  it("over TLS trusts whom NATS_CA vouches for, shows its own certificate, and never goes without", () =>
    withFolder(async (folder) => {
      const file = certificates(folder);
      const server = `--tlscert ${file("server.pem")} --tlskey ${file("server.key")}`;
      const ca = file("ca.pem");
      await withNats(async ({ url }) => {
        const servers = [url.replace("nats://127.0.0.1", "tls://localhost")];
        expect(await outcome({ servers, ca })).to.equal("connected");
        expect(await outcome({ servers })).to.match(/can't be used \(unable to verify .+\): look at .+NATS_CA/);
      }, `--tls ${server}`);
      await withNats(async ({ url }) => {
        const servers = [url.replace("127.0.0.1", "localhost")];
        const own = { certificate: file("client.pem"), key: file("client.key") };
        expect(await outcome({ servers, ca, ...own })).to.equal("connected");
      }, `--tlsverify --tlscacert ${ca} ${server}`);
      await withNats(async ({ url }) => {
        const servers = [url.replace("nats://127.0.0.1", "tls://localhost")];
        expect(await outcome({ servers, ca })).to.include("offers no TLS");
      });
    }));

  it("waits for a server, and says once for which", () =>
    withNats(async (server) => {
      await server.kill();
      const told: string[] = [];
      const dialled = dial({ servers: [server.url] }, "test", (sentence) => told.push(sentence));
      await until(() => told.length > 0, "a sentence");
      await server.start();
      await (await dialled).close();
      expect(told).to.deep.equal([`NATS at ${server.url} can't be reached (CONNECTION_REFUSED): waiting until it can`]);
    }));

  it("later comes back from a server that has refused it, however often", () =>
    withFolder((folder) => {
      const file = join(folder, "nats.conf");
      const configure = (password: string) =>
        writeFileSync(file, `authorization { user: wire, password: "${password}" }`);
      configure("right");
      return withNats(async (server) => {
        const connection = await dial({ servers: [server.url], user: "wire", password: "right" }, "test", () => {});
        let refusals = 0;
        let isBack = false;
        void (async () => {
          for await (const { type, data } of connection.status()) {
            if (data === "AUTHORIZATION_VIOLATION") refusals += 1;
            if (type === Events.Reconnect) isBack = true;
          }
        })();
        await server.kill();
        configure("wrong");
        await server.start();
        await until(() => refusals > 2, "it to be refused");
        await server.kill();
        configure("right");
        await server.start();
        await until(() => isBack, "the connection to be back");
        await connection.close();
      }, `-c ${file}`);
    }));
});
