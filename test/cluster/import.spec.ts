import { join } from "node:path";
import { expect } from "chai";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster } from "../support/cluster.ts";
import { describeOnNats, withNats } from "../support/nats.ts";
import { run, script } from "../support/server.ts";
import { workspace, writeArchive } from "../support/slack.ts";
import { withFolder } from "../support/with-broker.ts";

describeOnNats("npm run import with NATS_URL", () => {
  const layout = {
    store: { services: "directory,persistence" },
    router: { services: "router" },
    gateway: { services: "gateway" },
  };

  it("imports into the cluster that runs, from the machine where the archive lies", () =>
    Cluster.with(layout, ({ nats, gateways: [gateway] }) =>
      withFolder(async (folder) => {
        const archive = writeArchive(join(folder, "export"), workspace);
        const data = join(folder, "data");
        const importing = run(`${script("import")} ${archive}`, { NATS_URL: nats.url, WIREHOUSE_DATA: data });
        expect(await importing.ended, importing.output()).to.deep.equal({ code: 0, signal: null });
        expect(importing.output()).to.match(/verified: \d+ conversations, all ok/);
        const channels = await new Client(gateway?.url ?? "", ADMINISTRATOR).request("GET", "/channels?q=general");
        expect(JSON.stringify(channels)).to.include("general");
      }),
    ));

  it("says in a sentence that nothing runs there", () =>
    withNats(async ({ url }) => {
      const importing = run(`${script("import")} nowhere.zip`, { NATS_URL: url });
      expect(await importing.ended).to.deep.equal({ code: 1, signal: null });
      const sentence = `The cluster at ${url} has not all of persistence, directory, router: does it run?`;
      expect(importing.output()).to.include(sentence);
    }));
});
