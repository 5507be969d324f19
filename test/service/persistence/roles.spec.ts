import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { openStore } from "../../../services/persistence/store.ts";
import { administer, describeOnPostgres, inServer, postgresOf, withPostgres } from "../../support/postgres.ts";
import { root } from "../../support/server.ts";
import { page } from "../../unit/docs/pages.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { stored } from "./with-store.ts";

const [ana = "", bo = ""] = people(2);
/** The scripts of the page, in their order: the administrator's, the owner's, and the owner's after each migration. */
const [roles = "", before = "", after = ""] = [...page("docs/databases.md").matchAll(/```sql\n(.*?)```/gs)].map(
  ([, script = ""]) => script,
);

describeOnPostgres("docs/databases.md: a login at run time that owns nothing", () => {
  it("starts once the owner has migrated, serves, and can change nothing of the log", () =>
    withPostgres(async ({ server }) => {
      await administer(server.url, "drop database wirehouse", "drop role wirehouse");
      for (const statement of roles.split(/(?<=;)\n/).filter((text) => text.trim()))
        await administer(server.url, statement);
      const owner = inServer(server.url, "wirehouse", "wirehouse_owner");
      const login = inServer(server.url, "wirehouse", "wirehouse");
      const open = () => openStore({ database: postgresOf(login), pool: 2 }, () => undefined);
      await administer(owner, before);
      expect(await open().then(() => "opened", String)).to.match(
        /^CannotStart: The schema of wirehouse is older than this program, and wirehouse may not change it: run `npm run migrate -- up` as its owner$/,
      );
      const migrate = (command: string) =>
        execFileSync(process.execPath, ["services/persistence/cli.ts", command], {
          cwd: root,
          env: { PATH: process.env.PATH, DATABASE_URL: owner },
          encoding: "utf8",
        });
      expect(migrate("status")).to.include("pending  0002-log");
      migrate("up");
      expect(migrate("status")).not.to.include("pending");
      await administer(owner, after);

      const store = await open();
      try {
        const log = new Log();
        await stored(store, [log.create(ana, { name: "fx" }), log.join(bo), log.message(ana, { mentions: [bo] })]);
        await store.cursors.drain();
        expect(await store.reader("members").where("principal_id", ana).first("read_seq")).to.deep.equal({
          read_seq: 4,
        });
        const raise = store.reader("revisions").increment("value").returning("value");
        expect(await store.write([{ query: raise }])).to.deep.equal({ rows: [[{ value: 1 }]] });
      } finally {
        await store.close();
      }
      for (const statement of [
        "update entries set body = '{}'",
        "delete from entries",
        "update conversations set head_seq = 0",
        "delete from members",
        "create table theirs ()",
        "select wirehouse_apply('[]')",
      ]) {
        const denied = await administer(login, statement).then(() => "done", String);
        expect(denied, statement).to.match(/permission denied/);
      }
    })).timeout(60_000);
});
